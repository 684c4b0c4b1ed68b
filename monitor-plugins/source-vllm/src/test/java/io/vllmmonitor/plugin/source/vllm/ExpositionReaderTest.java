package io.vllmmonitor.plugin.source.vllm;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.sample.SeriesKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ExpositionReaderTest {
  private final ExpositionReader reader = new ExpositionReader();

  static Stream<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>();
    for (String folder : List.of("pages", "samples")) {
      try (Stream<Path> files = Files.list(Path.of("src/test/resources", folder))) {
        files.sorted().forEach(pages::add);
      }
    }
    assertThat(pages).hasSizeGreaterThan(15);
    return pages.stream();
  }

  @ParameterizedTest
  @MethodSource("pages")
  void everySampleOfARealPageIsReadBitForBit(Path page) throws IOException {
    byte[] bytes = Files.readAllBytes(page);
    String text = new String(bytes, StandardCharsets.UTF_8);
    List<String> ours = new ArrayList<>();
    reader.read(bytes, text.endsWith("# EOF\n"), (series, value) -> ours.add(line(series, value)));
    assertThat(ours).isEqualTo(NaiveReader.read(text)).hasSizeGreaterThan(20);
  }

  private static String line(SeriesKey series, double value) {
    return series.name()
        + series.labels().toMap()
        + " "
        + Long.toHexString(Double.doubleToRawLongBits(value));
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1",
    "1.0, 1",
    "-0, -0.0",
    "+5, 5",
    ".5, 0.5",
    "5., 5",
    "2.3e+010, 2.3e10",
    "1.795513736e+09, 1795513736",
    "1E-3, 0.001",
    "0.1, 0.1",
    "123456789012345678901, 1.2345678901234568e20",
    "9007199254740993, 9007199254740992",
    "4.9e-324, 4.9e-324",
    "1e-400, 0",
    "0e999999999999, 0",
    "0.30000000000000004, 0.30000000000000004",
    "NaN, NaN",
    "nan, NaN",
    "+Inf, Infinity",
    "-inf, -Infinity",
    "infinity, Infinity",
    "00012, 12",
    "1.7976931348623157e308, 1.7976931348623157e308"
  })
  void numbersAreReadAsPrometheusReadsThem(String text, double expected) {
    assertThat(read("x " + text + "\n").values())
        .extracting(Double::doubleToLongBits)
        .containsExactly(Double.doubleToLongBits(expected));
  }

  @Test
  void labelValuesAreUnescaped() {
    assertThat(read("x{a=\"q\\\"b\\\\n\\nz\",b=\"Grüße, {}= #\"} 1\n").keySet())
        .extracting(key -> (Map<String, String>) key.labels().toMap())
        .containsExactly(Map.of("a", "q\"b\\n\nz", "b", "Grüße, {}= #"));
  }

  @Test
  void spacingLineEndsAndEmptyFamiliesDoNotMatter() {
    String page =
        "# TYPE none counter\r\n\r\n  x { a = \"1\" , b=\"2\", }\t3 \r\n#no comment form\n\ty 4\n";
    assertThat(read(page))
        .containsEntry(key("x", Map.of("a", "1", "b", "2")), 3.0)
        .containsEntry(SeriesKey.of("y"), 4.0)
        .hasSize(2);
  }

  @Test
  void timestampsAndExemplarsAreIgnored() {
    assertThat(read("x 1 1700000000000\ny_bucket{le=\"1\"} 2 # {id=\"a b\"} 0.5 1.7e9\n"))
        .containsEntry(SeriesKey.of("x"), 1.0)
        .hasSize(2);
  }

  @Test
  void oneSeriesTwiceWithTheSameBitsCountsOnce() {
    assertThat(read("x{a=\"1\",b=\"2\"} 1\nx{b=\"2\",a=\"1\"} 1.0\n")).hasSize(1);
    assertThat(read("x NaN\nx nan\n")).hasSize(1);
  }

  @Test
  void anEmptyLabelIsNoLabel() {
    assertThat(read("x{a=\"\"} 1\n")).containsOnlyKeys(SeriesKey.of("x"));
  }

  @Test
  void theSameLineGivesTheSameKeyObjectInEveryPage() {
    List<SeriesKey> keys = new ArrayList<>();
    byte[] first = bytes("x{a=\"1\"} 1\nx{a=\"2\"} 1\n");
    byte[] second = bytes("# more\nx{a=\"2\"} 5\nx{a=\"1\"} 6\n");
    reader.read(first, false, (series, value) -> keys.add(series));
    reader.read(second, false, (series, value) -> keys.add(series));
    assertThat(keys.get(3)).isSameAs(keys.get(0));
    assertThat(keys.get(2)).isSameAs(keys.get(1));
  }

  @Test
  void openMetricsEndsAtItsMark() {
    Map<SeriesKey, Double> samples = new LinkedHashMap<>();
    reader.read(bytes("x_total 3\n# EOF"), true, samples::put);
    assertThat(samples).hasSize(1);
  }

  private Map<SeriesKey, Double> read(String page) {
    Map<SeriesKey, Double> samples = new LinkedHashMap<>();
    reader.read(
        bytes(page), false, (series, value) -> assertThat(samples.put(series, value)).isNull());
    return samples;
  }

  private static SeriesKey key(String name, Map<String, String> labels) {
    return new SeriesKey(name, io.vllmmonitor.api.sample.Labels.of(labels));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
