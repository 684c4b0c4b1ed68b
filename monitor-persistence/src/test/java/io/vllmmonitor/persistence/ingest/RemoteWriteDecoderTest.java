package io.vllmmonitor.persistence.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.StaleMarker;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RemoteWriteDecoderTest {
  private static final long SEED = 99;

  private final KnownSeries known = new KnownSeries();
  private final SeriesLists lists = new SeriesLists();

  @Test
  void seriesOfOneTimeAndTargetBecomeOneBatchOldestFirst() {
    byte[] body =
        new WriteRequests()
            .field(
                1,
                new WriteRequests()
                    .labels("__name__", "a", "instance", "x:1")
                    .sample(2, 2_000)
                    .sample(1, 1_000))
            .series(3, 1_000, "__name__", "b", "instance", "x:1", "job", "j")
            .series(4, 1_000, "__name__", "b")
            .toBytes();
    List<SampleBatch> batches = decode(body);
    assertThat(batches)
        .extracting(batch -> batch.at().toEpochMilli() + batch.target().instance())
        .containsExactly("1000x:1", "1000pushed", "2000x:1");
    assertThat(batches.get(0).series())
        .containsExactly(
            new SeriesKey("a", Labels.of("instance", "x:1", "job", "vllm")),
            new SeriesKey("b", Labels.of("instance", "x:1", "job", "j")));
    assertThat(batches.get(0).value(1)).isEqualTo(3);
    assertThat(batches.get(2).value(0)).isEqualTo(2);
  }

  @Test
  void theSameSeriesAgainAreTheVerySameList() {
    List<SeriesKey> first = decode(page(1_000)).get(0).series();
    for (int i = 2; i < 5; i++) {
      assertThat(decode(page(1_000L * i)).get(0).series()).isSameAs(first);
    }
  }

  @Test
  void everyBitOfAValueIsKept() {
    long[] bits = {
      0x7ff0000000000002L,
      0x7ff8000000000001L,
      0xfff8dead00000000L,
      1L << 63,
      0x7ff0000000000000L,
      1
    };
    WriteRequests series = new WriteRequests().labels("__name__", "a");
    for (int i = 0; i < bits.length; i++) {
      series.sample(Double.longBitsToDouble(bits[i]), i);
    }
    List<SampleBatch> batches = decode(new WriteRequests().field(1, series).toBytes());
    for (int i = 0; i < bits.length; i++) {
      assertThat(Double.doubleToRawLongBits(batches.get(i).value(0))).isEqualTo(bits[i]);
    }
    assertThat(StaleMarker.is(batches.get(0).value(0))).isTrue();
  }

  @Test
  void aSeriesThatComesTwiceAtOneTimeGoesToTwoBatches() {
    byte[] body =
        new WriteRequests()
            .series(1, 1_000, "__name__", "a")
            .series(2, 1_000, "__name__", "b")
            .series(3, 1_000, "__name__", "a")
            .toBytes();
    for (int round = 0; round < 2; round++) {
      List<SampleBatch> batches = decode(body);
      assertThat(batches).extracting(SampleBatch::size).containsExactly(2, 1);
      assertThat(batches.get(1).value(0)).isEqualTo(3);
    }
  }

  @Test
  void fieldsInAnotherOrderAndUnknownFieldsAreRead() {
    WriteRequests series =
        new WriteRequests()
            .sample(1, 1_000)
            .labels("job", "j")
            .text(15, "new")
            .labels("__name__", "a")
            .varint(9 << 3)
            .varint(77);
    SampleBatch batch = decode(new WriteRequests().text(9, "x").field(1, series).toBytes()).get(0);
    assertThat(batch.series(0))
        .isEqualTo(new SeriesKey("a", Labels.of("job", "j", "instance", "pushed")));
  }

  @Test
  void whatIsNotKeptIsCounted() {
    byte[] body =
        new WriteRequests()
            .field(
                1,
                new WriteRequests()
                    .labels("__name__", "a")
                    .sample(1, 1)
                    .text(3, "")
                    .text(3, "")
                    .text(4, ""))
            .text(3, "meta")
            .toBytes();
    RemoteWriteDecoder decoder = decoder(body);
    assertThat(decoder.decode()).hasSize(1);
    assertThat(List.of(decoder.exemplars(), decoder.histograms(), decoder.metadata()))
        .containsExactly(2L, 1L, 1L);
  }

  @Test
  void wrongRequestsAreRefused() {
    WriteRequests ok = new WriteRequests().labels("__name__", "a").sample(1, 1);
    for (byte[] body :
        List.of(
            new byte[] {0},
            new byte[] {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1},
            new WriteRequests().varint(10).varint(Integer.MAX_VALUE).toBytes(),
            new WriteRequests().varint(10).varint(-1).toBytes(),
            new WriteRequests().varint(10).varint(Long.MAX_VALUE).toBytes(),
            new WriteRequests().varint(11).toBytes(),
            new WriteRequests().varint(14).toBytes(),
            new WriteRequests().varint(9).varint(1).toBytes(),
            new WriteRequests().field(1, new WriteRequests().sample(1, 1)).toBytes(),
            new WriteRequests()
                .field(1, new WriteRequests().labels("__name__", "a b").sample(1, 1))
                .toBytes(),
            new WriteRequests()
                .field(1, new WriteRequests().labels("__name__", "a", "b", "1", "b", "2"))
                .toBytes(),
            new WriteRequests()
                .field(1, new WriteRequests().labels("__name__", "a", "", "2"))
                .toBytes(),
            new WriteRequests()
                .field(1, new WriteRequests().labels("__name__", "a", "\u00e9", "2"))
                .toBytes(),
            new WriteRequests()
                .field(
                    1,
                    new WriteRequests()
                        .labels("__name__", "a")
                        .field(
                            1, new WriteRequests().text(1, "b").bytes(2, new byte[] {(byte) 0xC3})))
                .toBytes())) {
      assertThatThrownBy(() -> decode(body))
          .as(Arrays.toString(body))
          .isInstanceOfSatisfying(
              MonitorException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.INGEST_MALFORMED_BODY));
    }
    byte[] whole = new WriteRequests().field(1, ok).toBytes();
    for (int length = 1; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> decode(cut)).isInstanceOf(MonitorException.class);
    }
  }

  @Test
  void limitsAreHeld() {
    String[] many = new String[84];
    for (int i = 0; i < many.length; i++) {
      many[i] = "l" + i;
    }
    for (byte[] body :
        List.of(
            new WriteRequests().series(1, 1, many).toBytes(),
            new WriteRequests().series(1, -1, "__name__", "a").toBytes(),
            new WriteRequests().series(1, Long.MIN_VALUE, "__name__", "a").toBytes(),
            new WriteRequests().series(1, 1, "__name__", "a".repeat(257)).toBytes(),
            new WriteRequests()
                .series(1, 1, "__name__", "a", "b", "v".repeat(1 << 20))
                .toBytes())) {
      assertThatThrownBy(() -> decode(body))
          .isInstanceOfSatisfying(
              MonitorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INGEST_LIMIT));
    }
  }

  @Test
  void noiseIsReadOrRefusedButNeverBreaks() {
    Random random = new Random(SEED);
    byte[] page =
        new WriteRequests()
            .series(1, 1, "__name__", "a", "b", "c")
            .series(2, 1, "__name__", "d")
            .toBytes();
    for (int round = 0; round < 50_000; round++) {
      byte[] body = Arrays.copyOf(page, 1 + random.nextInt(page.length));
      for (int i = random.nextInt(4); i >= 0; i--) {
        body[random.nextInt(body.length)] = (byte) random.nextInt(256);
      }
      try {
        for (SampleBatch batch : decode(body)) {
          assertThat(new HashSet<>(batch.series())).hasSize(batch.size());
        }
      } catch (MonitorException e) {
        assertThat(e.code())
            .as("seed %s round %s", SEED, round)
            .isIn(ErrorCode.INGEST_MALFORMED_BODY, ErrorCode.INGEST_LIMIT);
      }
    }
  }

  private static byte[] page(long at) {
    WriteRequests page = new WriteRequests();
    for (int i = 0; i < 100; i++) {
      page.series(i, at, "__name__", "m" + i, "instance", "x:1", "job", "vllm");
    }
    return page.toBytes();
  }

  private List<SampleBatch> decode(byte[] body) {
    return decoder(body).decode();
  }

  private RemoteWriteDecoder decoder(byte[] body) {
    return new RemoteWriteDecoder(body, body.length, PushDefaults.STANDARD, known, lists);
  }
}
