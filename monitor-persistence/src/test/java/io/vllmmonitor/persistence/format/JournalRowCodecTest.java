package io.vllmmonitor.persistence.format;

import static io.vllmmonitor.persistence.format.Oddities.bits;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class JournalRowCodecTest {
  private final JournalRowCodec codec = new JournalRowCodec();

  @Test
  void aChainOfRowsOfEveryOddityComesBackBitForBit() {
    Random random = new Random(11);
    for (int count = 0; count < 200; count++) {
      double @Nullable [] previous = null;
      double[] read = random.doubles(count).toArray();
      for (int row = 0; row < 20; row++) {
        double[] values = next(random, previous, count);
        byte[] bytes = codec.encode(values, previous);
        assertThat(JournalRowCodec.isKey(bytes)).isEqualTo(previous == null);
        codec.decode(bytes, read);
        assertThat(bits(read)).isEqualTo(bits(values));
        previous = values;
      }
    }
  }

  private static double[] next(Random random, double @Nullable [] previous, int count) {
    double[] values = previous == null ? new double[count] : previous.clone();
    for (int i = 0; i < count; i++) {
      switch (random.nextInt(6)) {
        case 0 -> values[i] += random.nextInt(100) - 50;
        case 1 -> values[i] = Oddities.any(random);
        case 2 -> values[i] = Double.longBitsToDouble(random.nextLong());
        default -> {}
      }
    }
    return values;
  }

  @Test
  void anUnchangedRowTakesABitAValueAndASmallStepOneByteMore() {
    double[] values = new double[800];
    Arrays.fill(values, Math.PI);
    assertThat(codec.encode(values, values)).hasSize(1 + 2 + 100);
    values[17] = 1000;
    double[] next = values.clone();
    next[17] = 1064;
    assertThat(codec.encode(next, values)).hasSize(1 + 2 + 100 + 2);
    next[17] = 1001;
    assertThat(codec.encode(next, values)).hasSize(1 + 2 + 100 + 1);
  }

  @Test
  void bytesThatNoWriterMakesAreRefused() {
    byte[] key = codec.encode(new double[] {1, 2, 0.5}, null);
    assertRefused(new byte[0], 0);
    assertRefused(key, 2);
    assertRefused(key, 4);
    assertRefused(Arrays.copyOf(key, key.length - 1), 3);
    assertRefused(Arrays.copyOf(key, key.length + 1), 3);
    byte[] form = key.clone();
    form[0] = 3;
    assertRefused(form, 3);
    byte[] beyond = key.clone();
    beyond[2] |= 0x10;
    assertRefused(beyond, 3);
    assertThatThrownBy(() -> codec.encode(new double[3], new double[2]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private void assertRefused(byte[] bytes, int count) {
    assertThatThrownBy(() -> codec.decode(bytes, new double[count]))
        .isInstanceOf(DamagedBytesException.class);
  }
}
