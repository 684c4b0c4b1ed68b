package io.vllmmonitor.persistence.exchange;

import io.vllmmonitor.api.store.RecordStore;
import io.vllmmonitor.api.store.StoredRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Brings records into a store in small transactions; where both have a row of one id, {@link
 * RecordOrder} decides. Used once, by one thread.
 */
final class RecordMerge {
  private static final int ROWS_AT_ONCE = 500;

  private final RecordStore store;
  private final Tally tally;
  private final boolean dryRun;
  private final ExchangeProgress progress;
  private final List<StoredRecord> pending = new ArrayList<>();

  RecordMerge(RecordStore store, Tally tally, boolean dryRun, ExchangeProgress progress) {
    this.store = store;
    this.tally = tally;
    this.dryRun = dryRun;
    this.progress = progress;
  }

  void run(ImportContent content) {
    try (ImportContent.Rows<StoredRecord> rows = content.records()) {
      while (rows.hasNext()) {
        StoredRecord row = rows.next();
        progress.step("importing " + row.kind().table());
        if (isWanted(row)) {
          pending.add(row);
        }
        if (pending.size() >= ROWS_AT_ONCE) {
          write();
        }
        progress.handled(1);
      }
      write();
    }
  }

  private boolean isWanted(StoredRecord row) {
    String part = row.kind().table();
    Optional<StoredRecord> there = store.find(row.kind(), row.id());
    if (there.isEmpty()) {
      tally.added(part, 1);
      return true;
    }
    if (there.get().equals(row)) {
      tally.same(part, 1);
      return false;
    }
    boolean better = RecordOrder.compare(row, there.get()) > 0;
    tally.differs(part, ArchiveErrors.show(row.id()), better, RecordOrder.rule(row.kind()));
    return better;
  }

  private void write() {
    if (!dryRun && !pending.isEmpty()) {
      store.write(pending);
    }
    pending.clear();
  }
}
