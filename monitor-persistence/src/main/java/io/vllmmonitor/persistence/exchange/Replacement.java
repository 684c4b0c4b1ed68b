package io.vllmmonitor.persistence.exchange;

import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.SeriesPart;
import io.vllmmonitor.api.store.StoredRecord;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Empties a store of what is exchanged, to make room for an archive. Confined to one thread. */
final class Replacement {
  private final ExchangeStores stores;
  private final ExchangeProgress progress;

  Replacement(ExchangeStores stores, ExchangeProgress progress) {
    this.stores = stores;
    this.progress = progress;
  }

  /**
   * @throws io.vllmmonitor.api.error.MonitorException IMPORT_REFUSED for a store that has samples
   *     and cannot forget them
   */
  void requirePossible() {
    if (stores.series().statistics().samples() > 0 && stores.series().parts().isEmpty()) {
      throw ArchiveErrors.refused(
          "This store holds samples and cannot forget them",
          "Import with --merge, or into a new --data directory");
    }
  }

  /** What is there and will be replaced, for people. */
  List<String> whatGoes() {
    List<String> gone = new ArrayList<>();
    long samples = stores.series().statistics().samples();
    if (samples > 0) {
      gone.add("replaced: " + samples + " samples");
    }
    for (RecordKind kind : LocalRecords.EXCHANGED) {
      long rows = stores.records().count(kind);
      if (rows > 0) {
        gone.add("replaced: " + rows + " rows of " + kind.table());
      }
    }
    return gone;
  }

  /** Counts everything as added: nothing of what is there will be left. */
  void count(ImportContent content, Tally tally) {
    try (ImportContent.Rows<SeriesData> rows = content.samples()) {
      while (rows.hasNext()) {
        tally.added(Tally.SAMPLES, rows.next().size());
      }
    }
    content.blobs().forEach(hash -> tally.added(Tally.BLOBS, 1));
    try (ImportContent.Rows<StoredRecord> rows = content.records()) {
      while (rows.hasNext()) {
        tally.added(rows.next().kind().table(), 1);
      }
    }
  }

  void removeSamples() {
    progress.step("removing the samples that are replaced");
    Set<String> parts =
        stores.series().parts().stream().map(SeriesPart::name).collect(Collectors.toSet());
    stores.series().remove(parts);
  }

  /** In one transaction; what belongs to this installation stays. */
  void replaceRecords(ImportContent content, Tally tally) {
    progress.step("replacing records");
    List<StoredRecord> local = new ArrayList<>();
    new RecordPages(stores.records(), RecordKind.PLUGIN_STATES)
        .forEachRemaining(
            row -> {
              if (LocalRecords.isLocal(row)) {
                local.add(row);
              }
            });
    try (ImportContent.Rows<StoredRecord> rows = content.records()) {
      Iterator<StoredRecord> counted =
          new Iterator<>() {
            @Override
            public boolean hasNext() {
              return !local.isEmpty() || rows.hasNext();
            }

            @Override
            public StoredRecord next() {
              progress.handled(1);
              if (!local.isEmpty()) {
                return local.remove(local.size() - 1);
              }
              StoredRecord row = rows.next();
              tally.added(row.kind().table(), 1);
              return row;
            }
          };
      stores.records().replace(LocalRecords.EXCHANGED, counted);
    }
  }
}
