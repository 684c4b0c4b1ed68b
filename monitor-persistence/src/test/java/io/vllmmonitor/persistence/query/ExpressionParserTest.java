package io.vllmmonitor.persistence.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExpressionParserTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "1 | 1",
        "1+1 | 2",
        "  1 + 1 # a comment | 2",
        "1e3 | 1000",
        "1E-3 | 0.001",
        ".5 | 0.5",
        "5. | 5",
        "0x1F | 31",
        "0XfF | 255",
        "010 | 8",
        "08 | 8",
        "09.5 | 9.5",
        "Inf | +Inf",
        "-inf | -Inf",
        "+INF | +Inf",
        "nan | NaN",
        "-NaN | NaN",
        "2 + 3 * 4 | 14",
        "(2 + 3) * 4 | 20",
        "2 - 3 - 4 | -5",
        "100 / 10 / 2 | 5",
        "2 ^ 3 ^ 2 | 512",
        "-1 ^ 2 | -1",
        "2 ^ -1 | 0.5",
        "2 ^ -1 * 3 | 1.5",
        "2 ^ -2 ^ 2 | 0.0625",
        "-2 * 3 | -6",
        "--1 | 1",
        "+-+1 | -1",
        "1 - -1 | 2",
        "7 % 3 | 1",
        "-7 % 3 | -1",
        "7.5 % -2 | 1.5",
        "1 / 0 | +Inf",
        "-1 / 0 | -Inf",
        "0 / 0 | NaN",
        "1 % 0 | NaN",
        "1 ^ NaN | 1",
        "(-1) ^ Inf | 1",
        "0 * -1 | -0",
        "9007199254740993 | 9007199254740992",
        "0x7fffffffffffffff | 9223372036854775807",
      })
  void numbersAreCalculatedAsPrometheusDoes(String expression, String value) {
    assertThat(ExpressionParser.parse(expression))
        .isInstanceOfSatisfying(
            Expression.NumberValue.class,
            number -> {
              double expected =
                  switch (value) {
                    case "+Inf" -> Double.POSITIVE_INFINITY;
                    case "-Inf" -> Double.NEGATIVE_INFINITY;
                    default -> Double.parseDouble(value);
                  };
              assertThat(Double.valueOf(number.value())).isEqualTo(Double.valueOf(expected));
            });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '→',
      quoteCharacter = '~',
      value = {
        "up → up",
        "vllm:num_requests_running → vllm:num_requests_running",
        "up{} → up",
        "up{engine=\"0\"} → up{engine=\"0\"}",
        "up { engine = '0' , a != \"b\", } → up{engine=\"0\",a!=\"b\"}",
        "up{a=~\"x|y\",b!~\"z.*\"} → up{a=~\"x|y\",b!~\"z.*\"}",
        "(up) → up",
        "((up{a=`\\d`})) → up{a=\"\\\\d\"}",
        "{a=\"b\"} → {a=\"b\"}",
        "{a=~\".+\",b=\"\"} → {a=~\".+\",b=\"\"}",
        "{__name__=\"up\",a=\"b\"} → up{a=\"b\"}",
        "{__name__=~\"vllm:.*_total\"} → {__name__=~\"vllm:.*_total\"}",
        "sum → sum",
        "by{a=\"b\"} → by{a=\"b\"}",
        "and → and",
        "offset → offset",
        "info{sum=\"a\",by=\"b\",offset=\"c\"} → info{sum=\"a\",by=\"b\",offset=\"c\"}",
        "x{a=\"\\x41\\u00e4\\101\\t\\\\\\\"\"} → x{a=\"AäA\t\\\\\\\"\"}",
        "x{a=\"\\xc3\\xa4\"} → x{a=\"ä\"}",
      })
  void selectorsAreUnderstood(String expression, String selector) {
    assertThat(ExpressionParser.parse(expression))
        .isInstanceOfSatisfying(
            Expression.Series.class,
            series -> {
              assertThat(series.selector()).hasToString(selector);
              assertThat(series.range()).isZero();
            });
  }

  @ParameterizedTest
  @CsvSource({
    "up[5m], 300000, 0,",
    "up{a=\"b\"}[1h30m], 5400000, 0,",
    "up[ 90s ], 90000, 0,",
    "up[1y2w3d4h5m6s7ms], 33019506007, 0,",
    "up offset 5m, 0, 300000,",
    "up OFFSET -5m, 0, -300000,",
    "up[1m] offset 1s, 60000, 1000,",
    "up @ 1609746000, 0, 0, 1609746000000",
    "up[1m] @ 1609746000.123 offset 1m, 60000, 60000, 1609746000123",
    "up offset 1m @ -1, 0, 60000, -1000",
    "(up[5m]), 300000, 0,",
  })
  void rangesOffsetsAndFixedTimesAreUnderstood(
      String expression, long range, long offset, Long fixedAt) {
    assertThat(ExpressionParser.parse(expression))
        .isInstanceOfSatisfying(
            Expression.Series.class,
            series -> {
              assertThat(series.range()).isEqualTo(range);
              assertThat(series.offset()).isEqualTo(offset);
              assertThat(series.fixedAt()).isEqualTo(fixedAt);
            });
  }

  @Test
  void linesAndCommentsAreBlanks() {
    assertThat(ExpressionParser.parse("\n1 # one\r\n\t+ 1"))
        .isEqualTo(new Expression.NumberValue(2));
  }

  @Test
  void aNameGivenAsAMatcherIsMeantExactly() {
    assertThat(ExpressionParser.parse("{__name__=\"up\"}")).extracting("exact").isEqualTo(true);
    assertThat(ExpressionParser.parse("up")).extracting("exact").isEqualTo(false);
  }

  @Test
  void textsAreTexts() {
    assertThat(ExpressionParser.parse("\"a\\n'b'\"")).isEqualTo(new Expression.TextValue("a\n'b'"));
    assertThat(ExpressionParser.parse("`a\\n`")).isEqualTo(new Expression.TextValue("a\\n"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "deriv(up[5m])",
        "sum(up)",
        "sum by (a) (up)",
        "SUM without (a) (up)",
        "topk(5, up)",
        "time()",
        "up + 1",
        "1 + up",
        "up * up",
        "-up",
        "up ^ 2",
        "2 ^ up",
        "up == 1",
        "1 == bool 1",
        "1 < 2",
        "up != 0",
        "up and up",
        "up OR up",
        "up unless up",
        "1 atan2 2",
        "up + on(a) up",
        "up[5m:1m]",
        "up[5m:]",
        "(up)[5m:1m]",
        "1[5m:]",
        "up @ start()",
        "up @ end()",
        "{\"up\"}",
      })
  void whatOnlyPromQlKnowsIsUnsupported(String expression) {
    assertThatThrownBy(() -> ExpressionParser.parse(expression))
        .isInstanceOfSatisfying(
            MonitorException.class,
            e -> assertThat(e.code()).as(e.getMessage()).isEqualTo(ErrorCode.QUERY_UNSUPPORTED))
        .hasMessageContaining("supported are")
        .hasMessageContaining("position");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "   ",
        "# only a comment",
        "1 +",
        "+",
        "* 1",
        "1 1",
        "(1",
        "1)",
        "()",
        "5m",
        "1e",
        "1e999",
        "1_000",
        "0x",
        "0xg",
        "0xffffffffffffffff",
        "1.2.3",
        "{}",
        "{a=\"\"}",
        "{a=~\".*\"}",
        "{a!=\"b\"}",
        "{a!~\"b\"}",
        "{a=\"b\"",
        "up{",
        "up{a}",
        "up{a=}",
        "up{a=b}",
        "up{a==\"b\"}",
        "up{a=\"b\" c=\"d\"}",
        "up{,}",
        "up{a=\"b\",,}",
        "up{a:b=\"c\"}",
        "up{1a=\"c\"}",
        "up{__name__=\"x\"}",
        "up{a=~\"(\"}",
        "up{a=~\"(?=x)\"}",
        "up{a=\"b}",
        "up{a=\"\\q\"}",
        "up{a=\"\\'\"}",
        "up{a=\"\\xff\"}",
        "up{a=\"\n\"}",
        "up[",
        "up[5m",
        "up[]",
        "up[5]",
        "up[0s]",
        "up[5x]",
        "up[5s5m]",
        "up[1000y]",
        "up[99999999999999999999s]",
        "up[-5m]",
        "(up)[5m]",
        "1[5m]",
        "up[5m][5m]",
        "up offset",
        "up offset 5",
        "up offset 1m offset 1m",
        "up @",
        "up @ x",
        "up @ 1 @ 2",
        "up @ 1e300",
        "1 offset 5m",
        "(up) offset 5m",
        "1 @ 5",
        "up[5m] + 1",
        "\"a\" + 1",
        "-\"a\"",
        "-up[5m]",
        "up = 1",
        "up & up",
        "up; up",
        "{a=\"b\"} {c=\"d\"}",
        "\"open",
        "`open",
        "atan2",
        "1 + $",
        "\u00e4",
        "😀",
        "NaN{a=\"b\"}",
      })
  void whatPrometheusRefusesIsMalformed(String expression) {
    assertThatThrownBy(() -> ExpressionParser.parse(expression))
        .isInstanceOfSatisfying(
            MonitorException.class,
            e -> assertThat(e.code()).as(e.getMessage()).isEqualTo(ErrorCode.QUERY_MALFORMED))
        .hasMessageContaining("position");
  }

  @Test
  void theMessageNamesPlaceFindingAndExpectation() {
    assertThatThrownBy(() -> ExpressionParser.parse("up{a=\"b\" c=\"d\"}"))
        .hasMessage("Expression: found 'c' at position 9, expected ',' or '}'");
    assertThatThrownBy(() -> ExpressionParser.parse("1 + deriv(up[5m])"))
        .hasMessageContaining("found the function 'deriv' at position 4");
    assertThatThrownBy(() -> ExpressionParser.parse("1 +"))
        .hasMessageContaining("found the end at position 3");
  }

  @ParameterizedTest
  @ValueSource(strings = {"(", "-", "1^", "2^-", "((1)+"})
  void deepNestingEndsInAnErrorNotInTheStack(String part) {
    String expression = part.repeat(9_000 / part.length()) + "1";
    assertThatThrownBy(() -> ExpressionParser.parse(expression))
        .isInstanceOfSatisfying(
            MonitorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.QUERY_MALFORMED))
        .hasMessageContaining("100 levels");
  }

  @Test
  void aLongSumIsNoNesting() {
    assertThat(ExpressionParser.parse("1" + "+1".repeat(4_000)))
        .isEqualTo(new Expression.NumberValue(4_001));
  }

  @Test
  void anEndlessExpressionIsTooLarge() {
    assertThatThrownBy(() -> ExpressionParser.parse("1" + "+1".repeat(5_000)))
        .isInstanceOfSatisfying(
            MonitorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.QUERY_TOO_LARGE));
  }
}
