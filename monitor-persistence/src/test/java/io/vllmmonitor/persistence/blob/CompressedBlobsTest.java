package io.vllmmonitor.persistence.blob;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.store.BlobStore;
import io.vllmmonitor.persistence.format.ZstdBytes;
import io.vllmmonitor.persistence.record.RecordSchema;
import io.vllmmonitor.persistence.sqlite.SqliteFile;
import io.vllmmonitor.persistence.sqlite.StoreCounters;
import io.vllmmonitor.testkit.time.ManualClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compression changes how a blob is kept, never what it is, and can be turned on and off. */
class CompressedBlobsTest {
  private static final byte[] TEXT = "class Guardrail { }\n".repeat(500).getBytes(UTF_8);

  private final ManualClock clock = ManualClock.at("2026-11-25T12:00:00Z");

  @TempDir Path folder;

  private SqliteFile database() {
    return SqliteFile.open(
        folder.resolve("monitor.db"),
        RecordSchema.current(),
        clock,
        System::nanoTime,
        new StoreCounters());
  }

  private static long stored(SqliteFile file) {
    return file.read(session -> session.number("SELECT sum(length(bytes)) FROM blobs"));
  }

  private static byte[] noise() {
    byte[] noise = new byte[5_000];
    new Random(3).nextBytes(noise);
    return noise;
  }

  @Test
  void sqliteKeepsASmallerFrameAndReadsBothForms() {
    try (SqliteFile file = database()) {
      String plain = new SqliteBlobStore(file, clock).put(noise());
      BlobStore compressing = new SqliteBlobStore(file, clock, true);
      String text = compressing.put(TEXT);
      assertThat(stored(file)).isLessThan(5_000L + TEXT.length / 10);
      for (BlobStore store : new BlobStore[] {new SqliteBlobStore(file, clock), compressing}) {
        assertThat(store.get(text)).isEqualTo(TEXT);
        assertThat(store.get(plain)).isEqualTo(noise());
      }
    }
  }

  @Test
  void aBlobThatIsAFrameItselfStaysWhatItIs() {
    byte[] frame = ZstdBytes.smaller(TEXT).orElseThrow();
    try (SqliteFile file = database();
        BlobStore files = JsonBlobStore.open(folder.resolve("blobs"), true)) {
      for (BlobStore store : new BlobStore[] {new SqliteBlobStore(file, clock, true), files}) {
        assertThat(store.get(store.put(frame))).isEqualTo(frame);
        assertThat(store.get(store.put(TEXT))).isEqualTo(TEXT);
      }
    }
  }

  @Test
  void aDamagedFrameInSqliteIsACodedError() {
    try (SqliteFile file = database()) {
      BlobStore store = new SqliteBlobStore(file, clock, true);
      String hash = store.put(TEXT);
      int changed =
          file.write(
              session ->
                  session.prepare("UPDATE blobs SET bytes = substr(bytes, 1, 20)").executeUpdate());
      assertThat(changed).isEqualTo(1);
      assertDamaged(store, hash);
    }
  }

  private static void assertDamaged(BlobStore store, String hash) {
    assertThatThrownBy(() -> store.get(hash))
        .isInstanceOfSatisfying(
            MonitorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORE_DAMAGED));
  }

  @Test
  void filesAreNamedByTheirFormAndBothFormsAreRead() {
    Path blobs = folder.resolve("blobs");
    String text;
    String noise;
    try (BlobStore store = JsonBlobStore.open(blobs, true)) {
      text = store.put(TEXT);
      noise = store.put(noise());
    }
    assertThat(blobs.resolve(text + ".zst")).exists();
    assertThat(blobs.resolve(noise)).as("noise does not get smaller").hasBinaryContent(noise());
    try (JsonBlobStore store = JsonBlobStore.open(blobs, false)) {
      assertThat(store.get(text)).isEqualTo(TEXT);
      String later = store.put("later".repeat(1000).getBytes(UTF_8));
      assertThat(blobs.resolve(later)).hasSize(5_000);
      assertThat(store.hashes()).containsExactlyInAnyOrder(text, noise, later);
      assertThat(store.bytes()).isBetween(10_000L, 10_000L + TEXT.length);
    }
  }

  @Test
  void aDamagedFileIsACodedErrorUntilTheBlobIsPutAgain() throws IOException {
    Path blobs = folder.resolve("blobs");
    try (BlobStore store = JsonBlobStore.open(blobs, true)) {
      String hash = store.put(TEXT);
      Path file = blobs.resolve(hash + ".zst");
      byte[] bytes = Files.readAllBytes(file);
      bytes[bytes.length - 3] ^= (byte) 1;
      Files.write(file, bytes);
      assertDamaged(store, hash);

      assertThat(store.put(TEXT)).isEqualTo(hash);
      assertThat(store.get(hash)).isEqualTo(TEXT);
    }
  }

  @Test
  void whatWasNeverFinishedIsTakenAway() throws IOException {
    Path blobs = Files.createDirectory(folder.resolve("blobs"));
    Path left = Files.writeString(blobs.resolve("0".repeat(64) + ".zst.new"), "half");
    try (BlobStore store = JsonBlobStore.open(blobs, true)) {
      assertThat(left).doesNotExist();
      assertThat(store.hashes()).isEmpty();
    }
  }
}
