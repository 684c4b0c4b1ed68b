package io.vllmmonitor.benchmarks.workload;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.SeriesKey;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WireFormatTest {
  private static final SeriesKey KEY =
      new SeriesKey("vllm:up", Labels.of("engine", "0", "model_name", "a\"b"));

  @Test
  void textHasOneLineASampleWithItsTime() {
    Scrape scrape = new Scrape(List.of(KEY, SeriesKey.of("x")), new double[] {3, 0.1});

    assertThat(new String(new ExpositionText().encode(scrape, 1_000), StandardCharsets.UTF_8))
        .isEqualTo("vllm:up{engine=\"0\",model_name=\"a\\\"b\"} 3.0 1000\nx 0.1 1000\n");
  }

  @Test
  void everyNumberIsReadBackBitForBit() {
    for (double value :
        new double[] {
          0, -0.0, 1, 1e15, 1e16, -7, 0.1, 4.9e-324, Double.MAX_VALUE, Double.NaN, 1 / 0.0, -1 / 0.0
        }) {
      assertThat(Double.doubleToLongBits(RegexParser.number(ExpositionText.number(value))))
          .isEqualTo(Double.doubleToLongBits(value));
    }
  }

  @Test
  void theRegexParserFindsWhatWasWritten() {
    Scrape scrape = SyntheticServer.scrapes(5, 3).get(2);
    byte[] page = new ExpositionText().encode(scrape, 5_000);
    Map<String, Double> found = new HashMap<>();

    RegexParser.parse(
        new String(page, StandardCharsets.UTF_8),
        (name, value) -> found.put(name.metric() + Labels.of(name.labels()), value));

    assertThat(found).hasSize(scrape.series().size());
    for (int i = 0; i < scrape.series().size(); i++) {
      assertThat(found).containsEntry(scrape.series().get(i).toString(), scrape.values()[i]);
    }
  }

  @Test
  void remoteWriteHoldsTheSortedLabelsAndTheSample() {
    Scrape scrape = new Scrape(List.of(KEY), new double[] {2.5});

    byte[] request = unsnappy(new RemoteWrite().encode(scrape, 300));

    ByteArrayOutputStream expected = new ByteArrayOutputStream();
    byte[] labels =
        concat(label("__name__", "vllm:up"), label("engine", "0"), label("model_name", "a\"b"));
    byte[] value = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putDouble(2.5).array();
    byte[] sample = concat(new byte[] {0x12, 12, 0x09}, value, new byte[] {0x10, (byte) 0xac, 2});
    expected.write(0x0a);
    expected.write(labels.length + sample.length);
    expected.writeBytes(labels);
    expected.writeBytes(sample);
    assertThat(request).isEqualTo(expected.toByteArray());
  }

  @Test
  void largeBodiesBecomeSeveralLiterals() {
    byte[] plain = new byte[200_000];
    for (int i = 0; i < plain.length; i++) {
      plain[i] = (byte) (i * 31);
    }

    assertThat(unsnappy(RemoteWrite.snappy(plain))).isEqualTo(plain);
  }

  private static byte[] label(String name, String value) {
    byte[] nameBytes = name.getBytes(StandardCharsets.UTF_8);
    byte[] valueBytes = value.getBytes(StandardCharsets.UTF_8);
    return concat(
        new byte[] {
          0x0a, (byte) (4 + nameBytes.length + valueBytes.length), 0x0a, (byte) nameBytes.length
        },
        nameBytes,
        new byte[] {0x12, (byte) valueBytes.length},
        valueBytes);
  }

  private static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  /** Reads a Snappy block of literals. */
  private static byte[] unsnappy(byte[] block) {
    ByteBuffer in = ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN);
    int length = 0;
    for (int shift = 0; ; shift += 7) {
      byte next = in.get();
      length |= (next & 0x7f) << shift;
      if (next >= 0) {
        break;
      }
    }
    ByteBuffer out = ByteBuffer.allocate(length);
    while (in.hasRemaining()) {
      assertThat(in.get()).isEqualTo((byte) (61 << 2));
      byte[] literal = new byte[(in.getShort() & 0xffff) + 1];
      in.get(literal);
      out.put(literal);
    }
    assertThat(out.hasRemaining()).isFalse();
    return out.array();
  }
}
