package io.vllmmonitor.persistence.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LabelPatternsTest {
  @Test
  void aPatternCoversTheWholeValue() {
    assertThat(LabelPatterns.compile("a|b").test("a")).isTrue();
    assertThat(LabelPatterns.compile("a|b").test("ab")).isFalse();
    assertThat(LabelPatterns.compile("").test("")).isTrue();
    assertThat(LabelPatterns.compile("(?i)READY").test("ready")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "((a{100}){100}){100}",
        "((((((a{2,9}){2,9}){2,9}){2,9}){2,9}){2,9}){2,9}",
        "((([^\\]{]{50}x){50}y)|b){50}",
        "(?:(?:\\{{200}){200}){200}"
      })
  void nestedRepetitionsAreRefusedBeforeTheyAreCompiled(String pattern) {
    assertThatThrownBy(() -> LabelPatterns.compile(pattern))
        .hasMessageContaining("nested repetitions are more than 1000");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a{1001}", "(", "(?=a)", "\\1", "[b-a]", "*", "a**b{2}{3}{400}"})
  void patternsThatAreNoneOrWouldGrowAreRefused(String pattern) {
    assertTimeoutPreemptively(Duration.ofSeconds(5), () -> assertRefused(pattern));
  }

  @Test
  void longAndLargePatternsAreRefused() {
    assertRefused("a".repeat(1_001));
    assertRefused("(.?){1000}".repeat(50));
    assertRefused("\\pL{500}".repeat(100));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "abc | 1",
        "a{3} | 3",
        "a{3,} | 3",
        "a{3,7}b{5} | 7",
        "((a{10}){20}b){30} | 6000",
        "(a{10}b{20}){3} | 60",
        "[{(9}]{4} | 4",
        "[]{9}]{2} | 2",
        "[^]{9}]{2} | 2",
        "[[:alpha:]{9}]{2} | 2",
        "\\Q(a{10}){10}\\E{2} | 2",
        "\\{99} | 1",
        "\\p{Greek}{5} | 5",
        "\\x{41}{5} | 5",
        "a{x} | 1",
        "a{,5} | 5",
        "a{ | 1",
        "((((( | 1"
      })
  void repetitionsAreMultiplied(String pattern, long count) {
    assertThat(RepetitionCount.of(pattern)).isEqualTo(count);
  }

  @Test
  void aPatternThatBacktrackersChokeOnEndsQuickly() {
    String value = "a".repeat(4_000) + "!";
    assertTimeoutPreemptively(
        Duration.ofSeconds(5),
        () -> {
          assertThat(LabelPatterns.compile("(.*a){20}").test(value)).isFalse();
          assertThat(LabelPatterns.compile("(a+)+").test(value)).isFalse();
          assertThat(LabelPatterns.compile("(a|aa|a?)*b").test(value)).isFalse();
        });
  }

  @Test
  void deepGroupsDoNotBreakTheStack() {
    String pattern = "(".repeat(499) + "a" + ")".repeat(499);
    assertThat(LabelPatterns.compile(pattern).test("a")).isTrue();
  }

  private static void assertRefused(String pattern) {
    assertThatThrownBy(() -> LabelPatterns.compile(pattern))
        .isInstanceOfSatisfying(
            MonitorException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.SELECTOR_MALFORMED))
        .hasMessageContaining("is refused");
  }
}
