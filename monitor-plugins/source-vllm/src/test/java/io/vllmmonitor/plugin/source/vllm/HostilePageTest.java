package io.vllmmonitor.plugin.source.vllm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class HostilePageTest {
  private static final ErrorCode MALFORMED = ErrorCode.SCRAPE_MALFORMED_LINE;

  static Stream<Arguments> pages() {
    return Stream.of(
        arguments("x 1f\n", MALFORMED),
        arguments("x 1d\n", MALFORMED),
        arguments("x 0x1p3\n", MALFORMED),
        arguments("x 0x10\n", MALFORMED),
        arguments("x 1_000\n", MALFORMED),
        arguments("x +NaN\n", MALFORMED),
        arguments("x 1e999\n", MALFORMED),
        arguments("x 1e\n", MALFORMED),
        arguments("x .\n", MALFORMED),
        arguments("x --1\n", MALFORMED),
        arguments("x 1.2.3\n", MALFORMED),
        arguments("x 1,5\n", MALFORMED),
        arguments("x\n", MALFORMED),
        arguments("x{\n", MALFORMED),
        arguments("x{a=\"1\" 1\n", MALFORMED),
        arguments("x{a=\"1} 1\n", MALFORMED),
        arguments("x{a=1} 1\n", MALFORMED),
        arguments("x{a=\"1\"b=\"2\"} 1\n", MALFORMED),
        arguments("x{a=\"1\",a=\"1\"} 1\n", MALFORMED),
        arguments("x{a=\"\\t\"} 1\n", MALFORMED),
        arguments("x{1a=\"1\"} 1\n", MALFORMED),
        arguments("x{a:b=\"1\"} 1\n", MALFORMED),
        arguments("x{__name__=\"y\"} 1\n", MALFORMED),
        arguments("{\"x\"} 1\n", MALFORMED),
        arguments("1x 1\n", MALFORMED),
        arguments("x-y 1\n", MALFORMED),
        arguments("x 1 2 3\n", MALFORMED),
        arguments("x 1 then\n", MALFORMED),
        arguments("x 1 # exemplar\n", MALFORMED),
        arguments("x 1\ny 12", MALFORMED),
        arguments("x 1\rx 2\n", MALFORMED),
        arguments("x 1\nx 2\n", ErrorCode.SCRAPE_DUPLICATE_SERIES),
        arguments("x 0\nx -0\n", ErrorCode.SCRAPE_DUPLICATE_SERIES),
        arguments(
            "x{a=\"1\",b=\"2\"} 1\nx{b=\"2\",a=\"1\"} 2\n", ErrorCode.SCRAPE_DUPLICATE_SERIES),
        arguments("n".repeat(257) + " 1\n", ErrorCode.SCRAPE_NAME_TOO_LONG),
        arguments("x{" + "n".repeat(257) + "=\"1\"} 1\n", ErrorCode.SCRAPE_NAME_TOO_LONG),
        arguments("x{a=\"" + "v".repeat(4097) + "\"} 1\n", ErrorCode.SCRAPE_VALUE_TOO_LONG),
        arguments("x{" + labels(41) + "} 1\n", ErrorCode.SCRAPE_TOO_MANY_LABELS),
        arguments(samples(50_001), ErrorCode.SCRAPE_TOO_MANY_SAMPLES));
  }

  @ParameterizedTest
  @MethodSource("pages")
  void eachIsRefusedWithItsCode(String page, ErrorCode code) {
    assertThat(refusal(page, false).code()).isEqualTo(code);
  }

  @Test
  void whatIsJustWithinTheLimitsIsRead() {
    ExpositionReader reader = new ExpositionReader();
    assertThat(reader.read(bytes(samples(50_000)), false, (k, v) -> {})).isEqualTo(50_000);
    String page =
        "n".repeat(256) + "{" + labels(40) + "} 1\nx{a=\"" + "\\n".repeat(4096) + "\"} 1\n";
    assertThat(reader.read(bytes(page), false, (k, v) -> {})).isEqualTo(2);
  }

  @Test
  void theMessageNamesTheLineAndShowsIt() {
    assertThat(refusal("# HELP x\nx 1\n\ny{a=\"b\"} 1f\n", false))
        .hasMessageContaining("line 4")
        .hasMessageContaining("y{a=\"b\"} 1f");
  }

  @Test
  void anOpenMetricsPageWithoutItsEndWasCutOff() {
    assertThat(refusal("x 1\n", true).code()).isEqualTo(MALFORMED);
    assertThat(refusal("x 1\n# EOF\ny 1\n", true).code()).isEqualTo(MALFORMED);
  }

  @Test
  void invalidUtf8IsRefused() {
    byte[] page = bytes("x{a=\"?\"} 1\n");
    page[5] = (byte) 0xff;
    MonitorException refusal =
        catchThrowableOfType(
            MonitorException.class, () -> new ExpositionReader().read(page, false, (k, v) -> {}));
    assertThat(refusal.code()).isEqualTo(MALFORMED);
  }

  @Test
  void aReaderThatRefusedAPageReadsTheNext() {
    ExpositionReader reader = new ExpositionReader();
    assertThatThrownBy(() -> reader.read(bytes("x 1\ny ?\n"), false, (k, v) -> {}))
        .isInstanceOf(MonitorException.class);
    assertThat(reader.read(bytes("x 1\ny 2\n"), false, (k, v) -> {})).isEqualTo(2);
  }

  /** Whatever the bytes, a page is read or refused with a code; nothing else comes out. */
  @Test
  void noPageBreaksTheReader() {
    Random random = new Random(20_261_125);
    ExpositionReader reader = new ExpositionReader();
    byte[] page =
        bytes("# TYPE x counter\nx{a=\"1\",le=\"+Inf\"} 2.5e+010 17 # {i=\"j\"} 1\ny 3\n");
    int read = 0;
    for (int round = 0; round < 50_000; round++) {
      byte[] broken = Arrays.copyOf(page, 1 + random.nextInt(page.length));
      for (int i = random.nextInt(4); i > 0; i--) {
        broken[random.nextInt(broken.length)] = page[random.nextInt(page.length)];
      }
      if (random.nextInt(4) == 0) {
        broken[random.nextInt(broken.length)] = (byte) random.nextInt(256);
      }
      try {
        read += reader.read(broken, random.nextBoolean(), (k, v) -> {}) > 0 ? 1 : 0;
      } catch (MonitorException e) {
        assertThat(e.code().label()).startsWith("VMON-21");
      }
    }
    assertThat(read).as("some survive").isGreaterThan(100);
  }

  @Test
  void spellingsThatLeftThePageAreForgotten() {
    SeriesCache cache = new SeriesCache();
    for (int page = 1; page <= 200; page++) {
      for (int i = 0; i < 100; i++) {
        byte[] text = bytes("x{page=\"" + page + "\",i=\"" + i + "\"}");
        var key = new SeriesText(text, 0, text.length, 1).parse();
        cache.add(text, 0, text.length, key).isFirst(page, 1);
      }
      cache.pageRead(page, 100);
    }
    assertThat(cache.size()).isLessThan(1_500);
  }

  private static MonitorException refusal(String page, boolean openMetrics) {
    return catchThrowableOfType(
        MonitorException.class,
        () -> new ExpositionReader().read(bytes(page), openMetrics, (k, v) -> {}));
  }

  private static String labels(int count) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.append("l").append(i).append("=\"v\",");
    }
    return text.toString();
  }

  private static String samples(int count) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.append("x{i=\"").append(i).append("\"} 1\n");
    }
    return text.toString();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
