package io.vllmmonitor.api.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SeriesSelectorTest {
  private final SeriesKey running =
      new SeriesKey("vllm:running", Labels.of("engine", "0", "model_name", "tiny"));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "vllm:running| true",
        "vllm:waiting| false",
        "vllm:running{engine=\"0\"}| true",
        "vllm:running{engine='1'}| false",
        "vllm:running{engine!=\"1\"}| true",
        "vllm:running{absent=\"\"}| true",
        "vllm:running{absent!=\"\"}| false",
        "vllm:running{model_name=~\"t.*\"}| true",
        "vllm:running{model_name!~\"t.*\"}| false",
        "vllm:running{model_name=~\"t\"}| false",
        "{__name__=\"vllm:running\"}| true",
        "{__name__=~\"vllm:.*\", engine=\"0\", }| true",
        " vllm:running { engine = \"0\" } | true"
      })
  void selectorsMatchAsInPrometheus(String text, boolean matches) {
    assertThat(test(text).test(running)).isEqualTo(matches);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1abc",
        "a{",
        "a{b}",
        "a{b=}",
        "a{b=\"c}",
        "a{b=\"c\"",
        "a{b=\"c\" d=\"e\"}",
        "a b",
        "a{b=\"\\x\"}",
        "a{=\"x\"}",
        "a{b:c=\"x\"}"
      })
  void malformedSelectorsSayWhere(String text) {
    assertThatExceptionOfType(MonitorException.class)
        .isThrownBy(() -> SeriesSelector.parse(text))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.SELECTOR_MALFORMED))
        .withMessageContaining("position");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "a{b=\"c\"}", "{b=~\"c|d\"}", "a{b!=\"x\\\"y\\\\\",c!~\"\\n\"}"})
  void whatIsPrintedReadsBackTheSame(String text) {
    SeriesSelector selector = SeriesSelector.parse(text);

    assertThat(SeriesSelector.parse(selector.toString())).isEqualTo(selector);
  }

  @Test
  void anEndlessSelectorIsRefused() {
    assertThatExceptionOfType(MonitorException.class)
        .isThrownBy(() -> SeriesSelector.parse("a".repeat(20_000)))
        .satisfies(e -> assertThat(e.getMessage().length()).isLessThan(1_000));
  }

  private static Predicate<SeriesKey> test(String text) {
    return SeriesSelector.parse(text).compile(p -> Pattern.compile(p).asMatchPredicate());
  }
}
