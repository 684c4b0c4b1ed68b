package io.vllmmonitor.persistence.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ValueCodecTest {
  private static long[] bits(double[] values) {
    return Arrays.stream(values).mapToLong(Double::doubleToRawLongBits).toArray();
  }

  @Test
  void randomBitsOfAnyCountComeBack() {
    Random random = new Random(3);
    try (ValueCodec codec = new ValueCodec()) {
      for (int count = 0; count < 300; count++) {
        double[] values = random.longs(count).mapToDouble(Double::longBitsToDouble).toArray();
        byte[] bytes = codec.encode(values);
        assertThat(bytes.length).isLessThanOrEqualTo(count * 8 + 1);
        assertThat(bits(codec.decode(bytes, count))).isEqualTo(bits(values));
      }
    }
  }

  @Test
  void valuesOfAPageBecomeSmallAndComeBack() {
    double[] values = new double[500];
    for (int i = 0; i < values.length; i++) {
      values[i] = i % 3 == 0 ? 0 : i * 17;
    }
    try (ValueCodec codec = new ValueCodec()) {
      byte[] bytes = codec.encode(values);
      assertThat(bytes.length).isLessThan(values.length * 4);
      assertThat(bits(codec.decode(bytes, values.length))).isEqualTo(bits(values));
    }
  }

  @Test
  void bytesThatAreNoRowAreRefused() {
    try (ValueCodec codec = new ValueCodec()) {
      byte[] bytes = codec.encode(new double[100]);
      assertRefused(codec, bytes, 99);
      assertRefused(codec, bytes, 101);
      assertRefused(codec, Arrays.copyOf(bytes, bytes.length - 1), 100);
      assertRefused(codec, new byte[0], 0);
      assertRefused(codec, new byte[] {2, 0}, 1);
      byte[] plain = codec.encode(new double[] {0.1});
      assertRefused(codec, plain, 2);
      assertThat(codec.decode(plain, 1)).containsExactly(0.1);
    }
  }

  private static void assertRefused(ValueCodec codec, byte[] bytes, int count) {
    assertThatThrownBy(() -> codec.decode(bytes, count))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
