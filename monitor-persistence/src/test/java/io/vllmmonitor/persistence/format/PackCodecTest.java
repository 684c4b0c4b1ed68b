package io.vllmmonitor.persistence.format;

import static io.vllmmonitor.persistence.format.Oddities.bits;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class PackCodecTest {
  private final PackCodec codec = new PackCodec();

  @Test
  void everyOddityComesBackBitForBit() {
    double[] odd = Oddities.all();
    byte[] pack = codec.encode(List.of(PackColumn.full(odd), PackColumn.full(odd)), odd.length);
    List<PackColumn> columns = codec.decode(pack, odd.length);
    assertThat(columns).hasSize(2);
    assertThat(bits(Arrays.copyOf(columns.get(1).values(), odd.length))).isEqualTo(bits(odd));
  }
}
