package io.vllmmonitor.plugin.source.vllm;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DecimalTextTest {
  @Test
  void whateverIsPrintedIsReadBackToTheSameBits() {
    Random random = new Random(4);
    for (int i = 0; i < 200_000; i++) {
      double value = Double.longBitsToDouble(random.nextLong());
      if (Double.isFinite(value)) {
        assertSameBits(Double.toString(value), value);
      }
    }
  }

  @Test
  void everyDecimalIsRoundedOnce() {
    Random random = new Random(5);
    for (int i = 0; i < 200_000; i++) {
      long digits = random.nextLong() >>> random.nextInt(63);
      int scale = random.nextInt(60) - 30;
      String text = String.format(Locale.ROOT, "%de%+04d", digits, scale);
      assertSameBits(text, Double.parseDouble(text));
      String plain = BigDecimal.valueOf(digits, random.nextInt(25)).toPlainString();
      assertSameBits(plain, Double.parseDouble(plain));
    }
  }

  private static void assertSameBits(String text, double expected) {
    byte[] bytes = ("<" + text + ">").getBytes(StandardCharsets.US_ASCII);
    double value = DecimalText.parse(bytes, 1, bytes.length - 1);
    assertThat(Double.doubleToRawLongBits(value))
        .as(text)
        .isEqualTo(Double.doubleToRawLongBits(expected));
  }
}
