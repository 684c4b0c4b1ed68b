package io.vllmmonitor.persistence.query;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DecimalTextTest {
  @ParameterizedTest
  @CsvSource({
    "0.0, 0",
    "-0.0, -0",
    "1.0, 1",
    "-1.5, -1.5",
    "0.1, 0.1",
    "1795512848.116, 1795512848.116",
    "1.795512848116E9, 1795512848.116",
    "1e21, 1000000000000000000000",
    "1e23, 100000000000000000000000",
    "2e23, 200000000000000000000000",
    "9007199254740993, 9007199254740992",
    "123456789012345680, 123456789012345680",
    "1e-7, 0.0000001",
    "2e-3, 0.002",
    "2.0E-3, 0.002",
    "NaN, NaN",
    "Infinity, +Inf",
    "-Infinity, -Inf",
    "0.30000000000000004, 0.30000000000000004",
  })
  void valuesPrintAsGoPrintsThem(double value, String text) {
    assertThat(Texts.plain(value)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({
    "1e21, 1e+21",
    "-1e21, -1e+21",
    "9.99999999999999868928e20, 999999999999999900000",
    "1e-7, 1e-07",
    "-1.5e-7, -1.5e-07",
    "1e-6, 0.000001",
    "9.99e-7, 9.99e-07",
    "5e-324, 5e-324",
    "1.7976931348623157e308, 1.7976931348623157e+308",
    "5.684341886080802e-14, 5.684341886080802e-14",
    "1795512848.116, 1795512848.116",
    "0, 0",
    "-0.0, -0",
    "NaN, NaN",
    "-Infinity, -Inf",
  })
  void valuesOfSeriesHaveAnExponentAtTheEdges(double value, String text) {
    assertThat(Texts.sample(value)).isEqualTo(text);
  }

  @Test
  void aSingleNumberNeverHasAnExponent() {
    assertThat(Texts.plain(Double.MIN_VALUE)).isEqualTo("0." + "0".repeat(323) + "5");
    assertThat(Texts.plain(Double.MIN_NORMAL))
        .isEqualTo("0." + "0".repeat(307) + "22250738585072014");
    assertThat(Texts.plain(-1e300)).isEqualTo("-1" + "0".repeat(300));
  }

  @Test
  void powersOfTwoWhereTheNearestTextWouldNotReadBack() {
    assertThat(Texts.plain(Math.pow(2, -44))).isEqualTo("0.00000000000005684341886080802");
    for (int exponent = -1_074; exponent <= 1_023; exponent++) {
      double value = Math.scalb(1.0, exponent);
      String text = Texts.plain(value);
      assertThat(Double.parseDouble(text)).isEqualTo(value);
      assertShortest(value, text);
    }
  }

  @Test
  void anyBitsComeBackAndNoShorterTextDoes() {
    Random random = new Random(42);
    for (int i = 0; i < 20_000; i++) {
      double value = Double.longBitsToDouble(random.nextLong());
      if (i % 2 == 0) {
        value = random.nextDouble() * Math.pow(10, random.nextInt(12) - 3);
      }
      if (!Double.isFinite(value)) {
        continue;
      }
      String text = Texts.plain(value);
      assertThat(Double.doubleToRawLongBits(Double.parseDouble(text)))
          .as(text)
          .isEqualTo(Double.doubleToRawLongBits(value));
      assertThat(text).doesNotContainIgnoringCase("e");
      assertThat(Double.parseDouble(Texts.sample(value))).isEqualTo(value);
      if (i % 100 == 0) {
        assertShortest(value, text);
      }
    }
  }

  @Test
  void wholeNumbersAreWrittenAtEveryLength() {
    long power = 1;
    for (int digits = 1; digits <= 19; digits++, power *= 10) {
      for (long number : new long[] {power - 1, power, power + 1, power * 9, -power}) {
        AnswerBuffer buffer = new AnswerBuffer(30);
        buffer.number(number);
        assertThat(new String(buffer.toBytes(), StandardCharsets.US_ASCII))
            .isEqualTo(Long.toString(number));
      }
    }
    for (long number : new long[] {0, Long.MAX_VALUE, Long.MIN_VALUE, 100_000_007, 99_999_999}) {
      AnswerBuffer buffer = new AnswerBuffer(30);
      buffer.number(number);
      assertThat(new String(buffer.toBytes(), StandardCharsets.US_ASCII))
          .isEqualTo(Long.toString(number));
    }
  }

  @Test
  void everyTextIsTheOneOfExactArithmetic() {
    Random random = new Random(43);
    for (int i = 0; i < 200_000; i++) {
      double value =
          switch (i % 5) {
            case 0 -> Double.longBitsToDouble(random.nextLong());
            case 1 -> random.nextDouble();
            case 2 -> random.nextInt(100_000) / 1000.0;
            case 3 -> Math.scalb(1 + random.nextInt(8) / 8.0, random.nextInt(2_098) - 1_074);
            default -> random.nextLong() >> random.nextInt(60);
          };
      assertThat(Texts.plain(value)).isEqualTo(ExactTexts.plain(value));
      assertThat(Texts.sample(value)).isEqualTo(ExactTexts.sample(value));
    }
  }

  private static void assertShortest(double value, String text) {
    BigDecimal decimal = new BigDecimal(text).stripTrailingZeros();
    if (decimal.precision() == 1) {
      return;
    }
    BigDecimal unit = decimal.ulp().movePointRight(1);
    BigDecimal down = new BigDecimal(value).divideToIntegralValue(unit).multiply(unit);
    for (BigDecimal shorter : new BigDecimal[] {down, down.add(unit), down.subtract(unit)}) {
      assertThat(shorter.doubleValue())
          .as("%s is shorter than %s", shorter, text)
          .isNotEqualTo(value);
    }
  }
}
