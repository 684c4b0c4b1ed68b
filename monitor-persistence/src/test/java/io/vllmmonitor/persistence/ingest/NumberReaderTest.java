package io.vllmmonitor.persistence.ingest;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NumberReaderTest {
  private static final long SEED = 20_261_125;

  private final NumberReader numbers = new NumberReader();

  @Test
  void everyDecimalIsReadAsTheNearestDouble() {
    Random random = new Random(SEED);
    for (int i = 0; i < 300_000; i++) {
      String text = decimal(random);
      double expected = Double.parseDouble(text);
      if (Double.isInfinite(expected)) {
        assertRefused(text);
      } else {
        assertBits(text, expected);
      }
    }
  }

  @Test
  void whatJavaPrintsIsReadBackBitForBit() {
    Random random = new Random(SEED);
    for (int i = 0; i < 300_000; i++) {
      double value = Double.longBitsToDouble(random.nextLong());
      if (Double.isFinite(value)) {
        assertBits(Double.toString(value), value);
      }
      double usual = random.nextGaussian() * Math.pow(10, random.nextInt(12) - 4);
      assertBits(Double.toString(usual), usual);
    }
  }

  @Test
  void halfwayCasesRoundToEven() {
    Random random = new Random(SEED);
    for (int i = 0; i < 20_000; i++) {
      long odd = (1L << 53) + 1 + 2 * (random.nextLong() & ((1L << 52) - 1));
      int shift = random.nextInt(60);
      BigDecimal tie =
          random.nextBoolean()
              ? new BigDecimal(BigInteger.valueOf(odd).shiftLeft(shift))
              : new BigDecimal(odd).divide(new BigDecimal(BigInteger.ONE.shiftLeft(shift % 12)));
      for (BigDecimal near : List.of(tie, tie.add(tie.ulp()), tie.subtract(tie.ulp()))) {
        String text = near.toString();
        assertBits(text, Double.parseDouble(text));
      }
    }
  }

  @Test
  void theFormsOfPrometheusAreRead() {
    assertBits("0", 0);
    assertBits("-0", -0.0);
    assertBits("+1", 1);
    assertBits(".5", 0.5);
    assertBits("5.", 5);
    assertBits("007", 7);
    assertBits("2.3e+010", 2.3e10);
    assertBits("1E3", 1000);
    assertBits("1e-400", 0);
    assertBits("4.9e-324", Double.MIN_VALUE);
    assertBits("1.7976931348623157e308", Double.MAX_VALUE);
    assertBits("+Inf", Double.POSITIVE_INFINITY);
    assertBits("-inf", Double.NEGATIVE_INFINITY);
    assertBits("Infinity", Double.POSITIVE_INFINITY);
    assertBits("NaN", Double.NaN);
    assertBits("nan", Double.NaN);
    assertBits("0".repeat(400) + "1." + "0".repeat(400), 1);
    assertBits("123456789012345678901234567890", 1.2345678901234568e29);
  }

  @Test
  void whatOnlyOthersReadIsRefused() {
    for (String text :
        List.of(
            "",
            "+",
            "-",
            ".",
            "e5",
            "1e",
            "1e+",
            "1f",
            "1d",
            "1D",
            "0x1p3",
            "0x10",
            "1_000",
            "1,5",
            "--1",
            "+-1",
            "1.2.3",
            "1e5.5",
            "1e400",
            "-1e400",
            "1.8e308",
            "+nan",
            "-NaN",
            "infinite",
            "NaN1",
            "nope",
            "1e99999999999",
            "\u0000",
            "1\u0000")) {
      assertRefused(text);
    }
    assertRefused("1".repeat(1_025));
  }

  @Test
  void aNumberEndsAtSpaceOrLineEnd() {
    byte[] text = "x 12.5\t7\n".getBytes(ISO_8859_1);
    assertThat(numbers.read(text, 2, text.length)).isEqualTo(12.5);
    assertThat(numbers.end()).isEqualTo(6);
    assertThat(numbers.read(text, 7, text.length)).isEqualTo(7);
    assertThat(numbers.end()).isEqualTo(8);
  }

  private static String decimal(Random random) {
    StringBuilder text = new StringBuilder(random.nextBoolean() ? "-" : "");
    int digits = 1 + random.nextInt(25);
    int point = random.nextInt(digits + 1);
    for (int i = 0; i < digits; i++) {
      if (i == point) {
        text.append('.');
      }
      text.append((char) ('0' + random.nextInt(10)));
    }
    if (random.nextInt(3) == 0) {
      text.append(random.nextBoolean() ? 'e' : 'E').append(random.nextInt(700) - 350);
    }
    return text.toString();
  }

  private void assertBits(String text, double expected) {
    byte[] bytes = (text + " ").getBytes(ISO_8859_1);
    double value = numbers.read(bytes, 0, bytes.length);
    assertThat(Double.doubleToRawLongBits(value))
        .as("%s, seed %s", text, SEED)
        .isEqualTo(Double.doubleToRawLongBits(expected));
    assertThat(numbers.end()).isEqualTo(bytes.length - 1);
  }

  private void assertRefused(String text) {
    byte[] bytes = text.getBytes(ISO_8859_1);
    assertThatThrownBy(() -> numbers.read(bytes, 0, bytes.length))
        .as(text)
        .isInstanceOf(NumberFormatException.class);
  }
}
