package io.vllmmonitor.persistence.verify;

import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.StoredRecord;
import io.vllmmonitor.persistence.blob.BlobFileCheck;
import io.vllmmonitor.persistence.memory.StoredMemory;
import io.vllmmonitor.persistence.record.JsonRecordCheck;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Predicate;

/** The records and blobs of the JSON back end: sound, and each the entity of its kind. */
final class JsonRecordPart implements JsonRecordCheck.Findings, BlobFileCheck.Findings {
  private final StoreFolder folder;
  private final Tally tally;
  private final Map<RecordKind, Long> unreadable = new EnumMap<>(RecordKind.class);
  private final Map<RecordKind, Long> damaged = new EnumMap<>(RecordKind.class);

  JsonRecordPart(StoreFolder folder) {
    this.folder = folder;
    this.tally = folder.tally();
  }

  /**
   * Reads the records.
   *
   * @throws MonitorException STORE_NEWER or STORE_IO; what the watch throws
   */
  void check(Path records, Predicate<String> hasBlob) {
    StoreFolder.list(records).forEach(folder::noteSetAside);
    JsonRecordCheck.Counts counts = new JsonRecordCheck(records, this).check(hasBlob);
    Map<RecordKind, Long> rows = new EnumMap<>(RecordKind.class);
    counts.rows().forEach((kind, count) -> rows.merge(kind, count, Long::sum));
    unreadable.forEach((kind, count) -> rows.merge(kind, count, Long::sum));
    rows.forEach((kind, count) -> tally.checked(Tally.RECORDS, kind.table(), count));
    damaged.forEach(
        (kind, count) -> tally.checked(Tally.RECORDS, "damaged " + kind.table(), count));
    tally.checked(Tally.RECORDS, "transactions", counts.transactions());
  }

  @Override
  public void begin(Path file) {
    tally.begin(Tally.RECORDS, folder.name(file), StoreFolder.bytesOf(file));
  }

  @Override
  public void look() {
    tally.look();
  }

  @Override
  public void found(Path file, String what) {
    tally.found(Tally.RECORDS, folder.name(file), what);
  }

  @Override
  public void sound(Path file, long line, StoredRecord row) {
    try {
      StoredMemory.check(row);
    } catch (MonitorException e) {
      damaged.merge(row.kind(), 1L, Long::sum);
      found(file, "line " + line + ": " + e.getMessage());
    }
  }

  @Override
  public void damaged(Path file, RecordKind kind, String what) {
    unreadable.merge(kind, 1L, Long::sum);
    damaged.merge(kind, 1L, Long::sum);
    found(file, what);
  }

  @Override
  public void note(Path file, String what) {
    tally.note(folder.name(file) + " " + what);
  }

  @Override
  public void missing(String what) {
    tally.note("records: " + what);
  }
}
