package io.vllmmonitor.persistence.verify;

import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.StoredRecord;
import io.vllmmonitor.persistence.blob.BlobRows;
import io.vllmmonitor.persistence.memory.StoredMemory;
import io.vllmmonitor.persistence.record.RecordFileCheck;
import io.vllmmonitor.persistence.sqlite.SqliteInspection;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;

/** The records and blobs of one file: sound, and each the entity of its kind. Used once. */
final class RecordPart implements RecordFileCheck.Findings {
  private static final long ROWS_BETWEEN_LOOKS = 1_000;

  private final String name;
  private final Tally tally;
  private final Map<RecordKind, Long> damaged = new EnumMap<>(RecordKind.class);
  private final Map<RecordKind, Long> waiting = new EnumMap<>(RecordKind.class);
  private long uncounted;

  /**
   * @param name of the file inside the directory
   */
  RecordPart(String name, Tally tally) {
    this.name = name;
    this.tally = tally;
  }

  /**
   * @throws MonitorException STORE_FOREIGN, STORE_NEWER, STORE_DAMAGED or STORE_IO
   */
  void check(Path file, SqliteInspection inspection) {
    new RecordFileCheck(inspection)
        .check(
            file,
            this,
            session -> {
              BlobRows.Counts blobs = BlobRows.check(session, this::found);
              tally.checked(Tally.RECORDS, "blobs", blobs.blobs());
              tally.checked(Tally.RECORDS, "blob bytes", blobs.bytes());
            });
    tellWaiting();
    damaged.forEach((kind, rows) -> tally.checked(Tally.RECORDS, "damaged " + kind.table(), rows));
  }

  @Override
  public void found(String what) {
    tally.found(Tally.RECORDS, name, what);
  }

  @Override
  public void sound(StoredRecord row) {
    count(row.kind());
    try {
      StoredMemory.check(row);
    } catch (MonitorException e) {
      damagedRow(row.kind(), String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void damaged(RecordKind kind, String what) {
    count(kind);
    damagedRow(kind, what);
  }

  private void damagedRow(RecordKind kind, String what) {
    damaged.merge(kind, 1L, Long::sum);
    found(what);
  }

  private void count(RecordKind kind) {
    waiting.merge(kind, 1L, Long::sum);
    uncounted++;
    if (uncounted == ROWS_BETWEEN_LOOKS) {
      tellWaiting();
    }
  }

  private void tellWaiting() {
    waiting.forEach((kind, rows) -> tally.checked(Tally.RECORDS, kind.table(), rows));
    waiting.clear();
    uncounted = 0;
  }

  @Override
  public void hourlyRows(long rows) {
    tally.checked(Tally.RECORDS, "metric_hours", rows);
  }

  @Override
  public void missing(String what) {
    tally.note(name + ": " + what);
  }
}
