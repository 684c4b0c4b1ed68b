package io.vllmmonitor.persistence.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.RecordStore;
import io.vllmmonitor.api.store.StoredRecord;
import io.vllmmonitor.persistence.sqlite.SqliteFile;
import io.vllmmonitor.persistence.sqlite.StoreCounters;
import io.vllmmonitor.testkit.time.ManualClock;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Long details of checkpoints are kept compressed when asked for, and read in either form. */
class CompressedCheckpointsTest {
  private final ManualClock clock = ManualClock.at("2026-11-25T12:00:00Z");

  @TempDir Path folder;
  private SqliteFile file;

  @BeforeEach
  void open() {
    file =
        SqliteFile.open(
            folder.resolve("monitor.db"),
            RecordSchema.current(),
            clock,
            System::nanoTime,
            new StoreCounters());
  }

  @AfterEach
  void close() {
    file.close();
  }

  private StoredRecord row(RecordKind kind, String id, int characters) {
    return new StoredRecord(
        kind, id, clock.instant(), null, Map.of(), "{\"text\":\"" + "ü".repeat(characters) + "\"}");
  }

  private long blobs(RecordKind kind) {
    return file.read(
        session ->
            session.number(
                "SELECT count(*) FROM " + kind.table() + " WHERE typeof(detail) = 'blob'"));
  }

  @Test
  void onlyLongDetailsOfCheckpointsAreCompressed() {
    RecordStore store = new SqliteRecordStore(file, true);
    StoredRecord longRow = row(RecordKind.CHECKPOINTS, "long", 600);
    StoredRecord shortRow = row(RecordKind.CHECKPOINTS, "short", 400);
    StoredRecord other = row(RecordKind.INCIDENTS, "other", 600);
    store.write(List.of(longRow, shortRow, other));

    assertThat(blobs(RecordKind.CHECKPOINTS)).isEqualTo(1);
    assertThat(blobs(RecordKind.INCIDENTS)).isZero();
    assertThat(store.find(RecordKind.CHECKPOINTS, "long")).contains(longRow);
    assertThat(store.find(RecordKind.CHECKPOINTS, "short")).contains(shortRow);
    assertThat(store.find(RecordKind.INCIDENTS, "other")).contains(other);
  }

  @Test
  void turningCompressionOffLeavesOldDetailsReadable() {
    StoredRecord before = row(RecordKind.CHECKPOINTS, "before", 600);
    new SqliteRecordStore(file, true).write(List.of(before));
    RecordStore plain = new SqliteRecordStore(file);
    StoredRecord after = row(RecordKind.CHECKPOINTS, "after", 600);
    plain.write(List.of(after));
    assertThat(plain.find(RecordKind.CHECKPOINTS, "before")).contains(before);
    assertThat(plain.find(RecordKind.CHECKPOINTS, "after")).contains(after);
    assertThat(blobs(RecordKind.CHECKPOINTS)).isEqualTo(1);
  }

  @Test
  void aDamagedDetailIsACodedError() {
    RecordStore store = new SqliteRecordStore(file, true);
    store.write(List.of(row(RecordKind.CHECKPOINTS, "long", 600)));
    int changed =
        file.write(
            session ->
                session
                    .prepare("UPDATE checkpoints SET detail = substr(detail, 1, 10)")
                    .executeUpdate());
    assertThat(changed).isEqualTo(1);
    assertThatThrownBy(() -> store.find(RecordKind.CHECKPOINTS, "long"))
        .isInstanceOfSatisfying(
            MonitorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORE_DAMAGED));
  }
}
