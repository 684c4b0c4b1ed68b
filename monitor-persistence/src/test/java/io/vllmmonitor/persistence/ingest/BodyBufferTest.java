package io.vllmmonitor.persistence.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.airlift.compress.zstd.ZstdCompressor;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class BodyBufferTest {
  private static final long SEED = 7;
  private static final int PERMITS = 1_024;

  private final Semaphore budget = new Semaphore(PERMITS);
  private final BodyBuffer buffer = new BodyBuffer(budget);

  @Test
  void everyEncodingGivesBackWhatWasPacked() throws IOException {
    Random random = new Random(SEED);
    for (int size : new int[] {0, 1, 1_000, 70_000, 300_000, 3_000_000, IngestLimits.BODY_BYTES}) {
      byte[] plain = new byte[size];
      for (int i = 0; i < size; i++) {
        plain[i] = (byte) ('a' + random.nextInt(4));
      }
      for (BodyEncoding encoding : BodyEncoding.values()) {
        buffer.read(new ByteArrayInputStream(packed(plain, encoding)), encoding);
        assertThat(buffer.length()).as("%s %s", encoding, size).isEqualTo(size);
        assertThat(Arrays.equals(buffer.bytes(), 0, size, plain, 0, size)).isTrue();
        buffer.release();
        assertThat(budget.availablePermits()).isEqualTo(PERMITS);
      }
    }
  }

  @Test
  void bombsAreRefusedBeforeTheyFillTheHeap() throws IOException {
    byte[] zeros = new byte[IngestLimits.BODY_BYTES + 1];
    for (BodyEncoding encoding : BodyEncoding.values()) {
      byte[] packed = packed(zeros, encoding);
      assertRefused(packed, encoding, ErrorCode.HTTP_BODY_TOO_LARGE);
    }
    ByteArrayOutputStream bomb = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bomb)) {
      for (int i = 0; i < 64; i++) {
        out.write(zeros);
      }
    }
    assertRefused(bomb.toByteArray(), BodyEncoding.GZIP, ErrorCode.HTTP_BODY_TOO_LARGE);
  }

  @Test
  void aSnappyBlockThatPromisesTooMuchIsRefusedUnread() {
    int before = budget.availablePermits();
    assertRefused(
        new byte[] {-1, -1, -1, 7, 0, 0}, BodyEncoding.SNAPPY, ErrorCode.INGEST_MALFORMED_BODY);
    assertRefused(
        new byte[] {-1, -1, -1, 127, 0}, BodyEncoding.SNAPPY, ErrorCode.HTTP_BODY_TOO_LARGE);
    assertRefused(
        new byte[] {-1, -1, -1, -1, -1, -1}, BodyEncoding.SNAPPY, ErrorCode.INGEST_MALFORMED_BODY);
    assertThat(budget.availablePermits()).isEqualTo(before);
  }

  @Test
  void cutAndDamagedBodiesAreRefusedOrReadButNeverBreak() throws IOException {
    Random random = new Random(SEED);
    byte[] plain =
        "vllm:num_requests_running{engine=\"0\"} 1 1000\n"
            .repeat(40)
            .getBytes(java.nio.charset.StandardCharsets.UTF_8);
    for (BodyEncoding encoding :
        new BodyEncoding[] {BodyEncoding.GZIP, BodyEncoding.SNAPPY, BodyEncoding.ZSTD}) {
      byte[] whole = packed(plain, encoding);
      for (int length = 0; length < whole.length; length++) {
        byte[] cut = Arrays.copyOf(whole, length);
        if (length > 0 || encoding != BodyEncoding.ZSTD) {
          assertRefused(cut, encoding, ErrorCode.INGEST_MALFORMED_BODY);
        }
      }
      for (int round = 0; round < 5_000; round++) {
        byte[] damaged = whole.clone();
        damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
        try {
          buffer.read(new ByteArrayInputStream(damaged), encoding);
        } catch (MonitorException e) {
          assertThat(e.code())
              .as("%s seed %s", encoding, SEED)
              .isIn(ErrorCode.INGEST_MALFORMED_BODY, ErrorCode.HTTP_BODY_TOO_LARGE);
        } finally {
          buffer.release();
        }
      }
    }
  }

  @Test
  void manyLargeBodiesAtOnceAreTooMany() throws IOException {
    byte[] large = new byte[8 << 20];
    Semaphore small = new Semaphore(300);
    BodyBuffer first = new BodyBuffer(small);
    BodyBuffer second = new BodyBuffer(small);
    first.read(new ByteArrayInputStream(large), BodyEncoding.IDENTITY);
    assertThatThrownBy(() -> second.read(new ByteArrayInputStream(large), BodyEncoding.IDENTITY))
        .isInstanceOfSatisfying(
            MonitorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.HTTP_OVERLOADED));
    second.release();
    second.read(new ByteArrayInputStream(new byte[200_000]), BodyEncoding.IDENTITY);
    first.release();
    second.read(new ByteArrayInputStream(large), BodyEncoding.IDENTITY);
    second.release();
    assertThat(small.availablePermits()).isEqualTo(300);
  }

  @Test
  void encodingsAreKnownByTheirNames() {
    assertThat(BodyEncoding.of(null, BodyEncoding.SNAPPY)).isEqualTo(BodyEncoding.SNAPPY);
    assertThat(BodyEncoding.of(" GZip ", BodyEncoding.SNAPPY)).isEqualTo(BodyEncoding.GZIP);
    assertThat(BodyEncoding.of("identity", BodyEncoding.SNAPPY)).isEqualTo(BodyEncoding.IDENTITY);
    assertThatThrownBy(() -> BodyEncoding.of("br", BodyEncoding.IDENTITY))
        .hasMessageContaining("'br'");
    assertThatThrownBy(() -> BodyEncoding.of("gzip, gzip", BodyEncoding.IDENTITY))
        .isInstanceOf(MonitorException.class);
  }

  private void assertRefused(byte[] body, BodyEncoding encoding, ErrorCode code) {
    try {
      assertThatThrownBy(() -> buffer.read(new ByteArrayInputStream(body), encoding))
          .as("%s %s bytes", encoding, body.length)
          .isInstanceOfSatisfying(
              MonitorException.class, e -> assertThat(e.code()).isEqualTo(code));
    } finally {
      buffer.release();
    }
  }

  private static byte[] packed(byte[] plain, BodyEncoding encoding) throws IOException {
    return switch (encoding) {
      case IDENTITY -> plain;
      case SNAPPY -> WriteRequests.snappy(plain);
      case GZIP -> {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
          gzip.write(plain);
        }
        yield out.toByteArray();
      }
      case ZSTD -> {
        ZstdCompressor zstd = new ZstdCompressor();
        byte[] out = new byte[zstd.maxCompressedLength(plain.length)];
        yield Arrays.copyOf(out, zstd.compress(plain, 0, plain.length, out, 0, out.length));
      }
    };
  }
}
