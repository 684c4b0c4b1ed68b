package io.vllmmonitor.persistence.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class TimeCodecTest {
  private static final long START = 1_764_000_000_123L;

  private final TimeCodec codec = new TimeCodec();

  @Test
  void anyLongsComeBack() {
    Random random = new Random(5);
    for (int count = 0; count < 300; count++) {
      assertComesBack(random.longs(count).toArray());
      assertComesBack(random.longs(count, 0, 1000).toArray());
      assertComesBack(random.longs(count, START, START + 3_600_000).sorted().toArray());
    }
    assertComesBack(new long[] {Long.MIN_VALUE, Long.MAX_VALUE, Long.MIN_VALUE, 0});
  }

  @Test
  void onlyTheCountedTimesAreWritten() {
    long[] times = {1, 2, 3, 99};
    assertThat(codec.decode(codec.encode(times, 3))).containsExactly(1, 2, 3);
  }

  @Test
  void everyFlippedBitIsNoticed() {
    Random random = new Random(6);
    long[] times = LongStream.range(0, 50).map(i -> START + i * 1000 + random.nextInt(4)).toArray();
    byte[] bytes = codec.encode(times, times.length);
    for (int bit = 0; bit < bytes.length * 8; bit++) {
      byte[] damaged = bytes.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      assertThatThrownBy(() -> codec.decode(damaged)).isInstanceOf(DamagedBytesException.class);
    }
    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> codec.decode(cut)).isInstanceOf(DamagedBytesException.class);
    }
  }

  private void assertComesBack(long[] times) {
    assertThat(codec.decode(codec.encode(times, times.length))).isEqualTo(times);
  }
}
