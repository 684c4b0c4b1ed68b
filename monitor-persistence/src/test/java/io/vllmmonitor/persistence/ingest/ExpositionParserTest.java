package io.vllmmonitor.persistence.ingest;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesKey;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ExpositionParserTest {
  private static final long NOW = 1_700_000_000_123L;
  private static final long SEED = 4_711;

  private final PageShapes shapes = new PageShapes();
  private final ExpositionParser parser = new ExpositionParser(shapes);

  @Test
  void aLineIsASampleWithJobAndInstanceFilledIn() {
    List<SampleBatch> batches = parse("up 1 5000\nload{instance=\"a:1\",job=\"x\"} -2.5e3 5000\n");
    assertThat(batches).hasSize(2);
    assertThat(batches.get(0).at().toEpochMilli()).isEqualTo(5_000);
    assertThat(batches.get(0).target().instance()).isEqualTo("pushed");
    assertThat(batches.get(0).series(0))
        .isEqualTo(new SeriesKey("up", Labels.of("job", "vllm", "instance", "pushed")));
    assertThat(batches.get(1).target().instance()).isEqualTo("a:1");
    assertThat(batches.get(1).series(0))
        .isEqualTo(new SeriesKey("load", Labels.of("job", "x", "instance", "a:1")));
    assertThat(batches.get(1).value(0)).isEqualTo(-2_500);
  }

  @Test
  void defaultsOfTheRequestReplaceTheStandardOnes() {
    byte[] body = "up{instance=\"\"} 1\n".getBytes(UTF_8);
    parse("up{instance=\"\"} 1\n");
    SampleBatch batch =
        parser.parse(body, body.length, PushDefaults.of("j", "gpu1:8000"), NOW).get(0);
    assertThat(batch.series(0).labels()).isEqualTo(Labels.of("job", "j", "instance", "gpu1:8000"));
  }

  @Test
  void linesWithoutATimeAreOfNow() {
    List<SampleBatch> batches = parse("a 1\nb 2 " + NOW + "\nc 3\n");
    assertThat(batches).hasSize(1);
    assertThat(batches.get(0).at().toEpochMilli()).isEqualTo(NOW);
    assertThat(batches.get(0).size()).isEqualTo(3);
  }

  @Test
  void aBodyHoldsManyScrapes() {
    List<SampleBatch> batches =
        parse("# HELP a x\n# TYPE a gauge\na 1 1000\nb 2 1000\n\na 3 2000\nb 4 2000\na 5 3000\n");
    assertThat(batches)
        .extracting(batch -> batch.at().toEpochMilli())
        .containsExactly(1000L, 2000L, 3000L);
    assertThat(batches).extracting(SampleBatch::size).containsExactly(2, 2, 1);
    assertThat(batches.get(1).series()).isSameAs(batches.get(0).series());
    assertThat(batches.get(1).value(1)).isEqualTo(4);
    assertThat(batches.get(2).series(0)).isSameAs(batches.get(0).series(0));
  }

  @Test
  void anUnchangedPageGivesTheSameListOfSeriesFromBodyToBody() {
    PushedPage page = new PushedPage(300, "gpu1:8000", SEED);
    PushedPage other = new PushedPage(300, "gpu2:8000", SEED);
    List<SeriesKey> first = parse(page.next(1_000)).get(0).series();
    List<SeriesKey> second = parse(other.next(1_000)).get(0).series();
    for (int i = 2; i < 6; i++) {
      SampleBatch batch = parse(page.next(1_000L * i)).get(0);
      assertThat(batch.series()).isSameAs(first);
      for (int j = 0; j < 300; j++) {
        assertThat(batch.value(j)).isEqualTo(page.values()[j]);
      }
      assertThat(parse(other.next(1_000L * i)).get(0).series()).isSameAs(second);
    }
    assertThat(shapes.size()).isEqualTo(2);
  }

  @Test
  void targetsOfOneTimeInOneBodyKeepTheirLists() {
    PushedPage one = new PushedPage(50, "gpu1:8000", SEED);
    PushedPage two = new PushedPage(50, "gpu2:8000", SEED);
    List<SampleBatch> before = parse(both(one, two, 1_000));
    List<SampleBatch> after = parse(both(one, two, 2_000));
    assertThat(before).hasSize(2);
    assertThat(after).hasSize(2);
    for (int i = 0; i < 2; i++) {
      assertThat(after.get(i).series()).isSameAs(before.get(i).series());
    }
  }

  @Test
  void aSeriesThatComesAgainBeginsAFurtherBatch() {
    for (int round = 0; round < 3; round++) {
      List<SampleBatch> batches = parse("a 1 1000\nb 2 1000\na 7 1000\na 8 1000\nb 9 1000\n");
      assertThat(batches).extracting(SampleBatch::size).containsExactly(2, 1, 2);
      assertThat(batches.get(1).value(0)).isEqualTo(7);
    }
    assertThat(parse("x{a=\"1\",b=\"2\"} 1\nx{b=\"2\",a=\"1\"} 2\n")).hasSize(2);
  }

  @Test
  void escapesAndSpacesAreReadAsPrometheusDoes() {
    SampleBatch batch =
        parse("  m \t{ a = \"x\\\\y\\\"z\\n}\" , b=\"{\",} \t 1 \t 5 \r\nn{} 2 5\n").get(0);
    assertThat(batch.series(0).labels().get("a")).isEqualTo("x\\y\"z\n}");
    assertThat(batch.series(0).labels().get("b")).isEqualTo("{");
    assertThat(batch.series(1).name()).isEqualTo("n");
  }

  @Test
  void malformedLinesAreRefusedWithTheirNumber() {
    for (String line :
        List.of(
            "a",
            "a ",
            "a x",
            "a 1f",
            "a 0x1p3",
            "a 1e400",
            "a 1 1.5",
            "a 1 x",
            "a 1 2 3",
            "a 1 #",
            "a{ 1",
            "a{b} 1",
            "a{b=1} 1",
            "a{b=\"1} 1",
            "a{b=\"\\x\"} 1",
            "a{b=\"1\"c=\"2\"} 1",
            "a{b=\"1\",b=\"2\"} 1",
            "a{__name__=\"b\"} 1",
            "{a=\"b\"} 1",
            "1a 1",
            "a-b 1",
            "a{1b=\"\"} 1",
            "a{b:c=\"\"} 1",
            "a{,} 1",
            "a 1 9223372036854775808",
            "a 1 99999999999999999999",
            "a 1 -",
            "\u0000 1",
            "a\u0000 1",
            "a 1\u0000",
            "a{b=\"\u0000\"",
            "a{instance=\" \"} 1",
            "a{b=\"1\"}",
            "a{b=\"1\"}1x",
            "a\u00e9 1")) {
      assertRefused(
          "ok 1 1\n\n# c\n" + line + "\nok 2 2\n", ErrorCode.INGEST_MALFORMED_LINE, "Line 4 ");
      // Also where the line was another one before.
      parse("ok 1 1\na{b=\"1\"} 1 1\n");
      assertRefused("ok 1 1\n" + line + "\n", ErrorCode.INGEST_MALFORMED_LINE, "Line 2 ");
    }
    byte[] latin = "a{b=\"\u00e9\"} 1\n".getBytes(ISO_8859_1);
    assertThatThrownBy(() -> parse(latin)).hasMessageContaining("UTF-8");
  }

  @Test
  void aBodyThatWasCutOffIsRefused() {
    String whole = "a{b=\"c\"} 1 1000\nb 2.5 1000\n# end\n";
    parse(whole);
    for (int length = 1; length < whole.length(); length++) {
      if (whole.charAt(length - 1) != '\n') {
        assertRefused(whole.substring(0, length), ErrorCode.INGEST_MALFORMED_LINE, "Line ");
      }
    }
  }

  @Test
  void limitsAreHeld() {
    String name = "n".repeat(IngestLimits.NAME_BYTES);
    String value = "v".repeat(IngestLimits.VALUE_BYTES);
    assertThat(parse(name + "{" + name + "=\"" + value + "\"} 1\n")).hasSize(1);
    assertLimit(name + "n 1\n");
    assertLimit("a{" + name + "n=\"1\"} 1\n");
    assertLimit("a{b=\"" + value + "v\"} 1\n");
    assertLimit("a{b=\"" + "v".repeat(1 << 20) + "\"} 1\n");
    assertLimit("a{" + labels(41) + "} 1\n");
    assertThat(parse("a{" + labels(40) + "} 1\n")).hasSize(1);
    assertLimit("a 1 -1\n");
    assertThat(parse("a 1 -0\nb 1 9223372036854775807\n")).hasSize(2);
  }

  @Test
  void moreNewSeriesThanABodyMayBringAreRefused() {
    StringBuilder body = new StringBuilder();
    for (int i = 0; i < 1_000_000; i++) {
      body.append('a').append(i).append(" 1\n");
    }
    assertRefused(
        body.toString(), ErrorCode.INGEST_LIMIT, "Line " + (IngestLimits.NEW_SERIES + 1) + " ");
  }

  @Test
  void moreDaysOrSamplesThanABodyMayBringAreRefused() {
    StringBuilder days = new StringBuilder();
    for (long i = 0; i <= IngestLimits.DAYS; i++) {
      days.append("a 1 ").append(i * 86_400_000).append('\n');
    }
    assertLimit(days.toString());
    StringBuilder samples = new StringBuilder();
    for (int i = 0; i <= IngestLimits.SAMPLES; i++) {
      samples.append("a 1 ").append(i).append('\n');
    }
    assertLimit(samples.toString());
  }

  @Test
  void aFailedBodyLeavesTheParserUsable() {
    String page = "a 1 1000\nb 2 1000\nc 3 1000\n";
    List<SeriesKey> before = parse(page).get(0).series();
    assertRefused("a 1 1000\nb x 1000\n", ErrorCode.INGEST_MALFORMED_LINE, "Line 2 ");
    SampleBatch batch = parse(page).get(0);
    assertThat(batch.series()).isSameAs(before);
    assertThat(batch.value(2)).isEqualTo(3);
  }

  @Test
  void pagesThatNobodySendsAnyMoreMakeRoom() {
    PageShapes few = new PageShapes(50_000);
    ExpositionParser own = new ExpositionParser(few);
    for (int i = 0; i < 1_000; i++) {
      byte[] body = ("a{instance=\"i" + i + "\"} 1\n").getBytes(UTF_8);
      own.parse(body, body.length, PushDefaults.STANDARD, NOW);
    }
    assertThat(few.size()).isBetween(50, 200);
  }

  /** Pages that gain, lose, move and repeat lines, against a reader that remembers nothing. */
  @Test
  void changingPagesAreReadAsByAReaderWithoutMemory() {
    Random random = new Random(SEED);
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      lines.add(line(random, i));
    }
    for (int round = 0; round < 4_000; round++) {
      change(lines, random);
      StringBuilder body = new StringBuilder();
      int scrapes = 1 + random.nextInt(3);
      for (int scrape = 0; scrape < scrapes; scrape++) {
        String time = random.nextInt(4) == 0 ? "" : " " + (1_000L * (round + scrape));
        for (String line : lines) {
          body.append(random.nextInt(30) == 0 ? "# note " + round + "\n" : "");
          body.append(line).append(value(random));
          body.append(random.nextInt(60) == 0 ? " " + random.nextInt(5) : time).append('\n');
        }
      }
      assertSame(body.toString(), round);
    }
  }

  @Test
  void noiseIsReadOrRefusedButNeverBreaks() {
    Random random = new Random(SEED);
    byte[] page =
        "a{b=\"c\",d=\"e\"} 1.5 1000\n# HELP x y\nf 2 1000\ng{h=\"\\n\"} NaN\n".getBytes(UTF_8);
    int refused = 0;
    for (int round = 0; round < 50_000; round++) {
      byte[] body = page.clone();
      for (int i = random.nextInt(4); i >= 0; i--) {
        body[random.nextInt(body.length)] = (byte) random.nextInt(256);
      }
      int length = random.nextInt(5) == 0 ? random.nextInt(body.length) : body.length;
      try {
        for (SampleBatch batch : parser.parse(body, length, PushDefaults.STANDARD, NOW)) {
          assertThat(new HashSet<>(batch.series())).hasSize(batch.size());
        }
      } catch (MonitorException e) {
        refused++;
        assertThat(e.code())
            .as("seed %s round %s", SEED, round)
            .isIn(ErrorCode.INGEST_MALFORMED_LINE, ErrorCode.INGEST_LIMIT);
      }
    }
    assertThat(refused).isBetween(10_000, 49_000);
  }

  private static String line(Random random, int id) {
    return switch (random.nextInt(4)) {
      case 0 -> "m" + id + " ";
      case 1 -> "m{id=\"" + id + "\",instance=\"i" + random.nextInt(2) + "\"} ";
      case 2 -> "m{id=\"" + id + "\", e=\"x\\\"}\"}  ";
      default -> "m" + id + "{job=\"j\"}\t";
    };
  }

  private static String value(Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> Double.toString(random.nextGaussian());
      case 1 -> "+Inf";
      case 2 -> Integer.toString(random.nextInt(100_000));
      default -> random.nextInt(1_000) / 1_000.0 + "";
    };
  }

  private static void change(List<String> lines, Random random) {
    int place = random.nextInt(lines.size());
    switch (random.nextInt(8)) {
      case 0 -> lines.add(place, line(random, random.nextInt(40)));
      case 1 -> {
        if (lines.size() > 1) {
          lines.remove(place);
        }
      }
      case 2 -> lines.add(random.nextInt(lines.size()), lines.remove(place));
      default -> {}
    }
    if (lines.size() > 30) {
      lines.subList(15, lines.size()).clear();
    }
  }

  private void assertSame(String body, int round) {
    byte[] bytes = body.getBytes(UTF_8);
    List<RegexReader.Line> expected = RegexReader.read(bytes, bytes.length);
    int next = 0;
    for (SampleBatch batch : parser.parse(bytes, bytes.length, PushDefaults.STANDARD, NOW)) {
      assertThat(new HashSet<>(batch.series())).hasSize(batch.size());
      for (int i = 0; i < batch.size(); i++) {
        RegexReader.Line line = expected.get(next++);
        Map<String, String> labels = new TreeMap<>(line.labels());
        labels.putIfAbsent("job", "vllm");
        labels.putIfAbsent("instance", "pushed");
        assertThat(batch.series(i))
            .as("seed %s round %s", SEED, round)
            .isEqualTo(new SeriesKey(line.name(), Labels.of(labels)));
        assertThat(batch.value(i)).isEqualTo(line.value());
        assertThat(batch.at().toEpochMilli()).isEqualTo(line.at() < 0 ? NOW : line.at());
        assertThat(batch.target().instance()).isEqualTo(labels.get("instance"));
      }
    }
    assertThat(next).as("seed %s round %s", SEED, round).isEqualTo(expected.size());
  }

  private static String labels(int count) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.append('l').append(i).append("=\"v\",");
    }
    return text.toString();
  }

  private static byte[] both(PushedPage one, PushedPage two, long at) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes(one.next(at));
    body.writeBytes(two.next(at));
    return body.toByteArray();
  }

  private void assertLimit(String body) {
    assertRefused(body, ErrorCode.INGEST_LIMIT, "Line ");
  }

  private void assertRefused(String body, ErrorCode code, String where) {
    assertThatThrownBy(() -> parse(body))
        .as(body.substring(0, Math.min(100, body.length())))
        .isInstanceOfSatisfying(
            MonitorException.class,
            e -> {
              assertThat(e.code()).isEqualTo(code);
              assertThat(e.getMessage()).startsWith(where).hasSizeLessThan(500);
            });
  }

  private List<SampleBatch> parse(String body) {
    return parse(body.getBytes(UTF_8));
  }

  private List<SampleBatch> parse(byte[] body) {
    return parser.parse(body, body.length, PushDefaults.STANDARD, NOW);
  }
}
