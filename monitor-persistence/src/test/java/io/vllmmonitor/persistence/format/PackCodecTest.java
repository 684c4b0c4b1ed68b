package io.vllmmonitor.persistence.format;

import static io.vllmmonitor.persistence.format.Oddities.bits;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PackCodecTest {
  private final PackCodec codec = new PackCodec();

  @Test
  void everyOddityComesBackBitForBitAloneAndAmongOthers() {
    double[] odd = Oddities.all();
    assertComesBack(List.of(PackColumn.full(odd), PackColumn.full(odd)), odd.length);
    for (double value : odd) {
      for (double other : odd) {
        double[] few = {value, other, value, value, other, other, value, value, value};
        double[] many = new double[100];
        Arrays.fill(many, other);
        many[99] = value;
        assertComesBack(List.of(PackColumn.full(few)), few.length);
        assertComesBack(List.of(PackColumn.full(many)), many.length);
      }
    }
  }

  @Test
  void columnsOfEveryCharacterComeBack() {
    Random random = new Random(42);
    int[] sizes = {0, 1, 2, 3, 63, 64, 65, 128, 255, 256, 257, 600, 1025, 3600};
    for (int round = 0; round < 20; round++) {
      for (int rows : sizes) {
        assertComesBack(PackColumns.pack(random, 1 + random.nextInt(16), rows), rows);
      }
    }
    assertComesBack(PackColumns.pack(random, 255, 60), 60);
    assertComesBack(PackColumns.pack(random, 4, PackCodec.MOST_ROWS), PackCodec.MOST_ROWS);
  }

  private void assertComesBack(List<PackColumn> columns, int rows) {
    List<PackColumn> read = codec.decode(codec.encode(columns, rows), rows);
    assertThat(read).hasSize(columns.size());
    for (int place = 0; place < columns.size(); place++) {
      assertSame(read.get(place), columns.get(place), rows);
    }
  }

  private static void assertSame(PackColumn read, PackColumn written, int rows) {
    assertThat(bits(Arrays.copyOf(read.values(), read.count())))
        .isEqualTo(bits(Arrays.copyOf(written.values(), written.count())));
    if (written.count() == rows) {
      assertThat(read.presence()).isNull();
    } else {
      assertThat(read.presence()).isEqualTo(written.presence());
    }
  }

  @Test
  void onlyTheWantedColumnsAreGiven() {
    List<PackColumn> columns = PackColumns.pack(new Random(8), 16, 600);
    byte[] pack = codec.encode(columns, 600);
    for (int place = 0; place < 16; place++) {
      boolean[] wanted = new boolean[16];
      wanted[place] = true;
      Received received = new Received();
      codec.decode(pack, 600, wanted, received);
      assertThat(received.places).containsExactly(place);
      assertThat(received.bits.get(0))
          .isEqualTo(bits(Arrays.copyOf(columns.get(place).values(), columns.get(place).count())));
    }
  }

  @Test
  void cumulativeBucketsTakeLittleMoreThanTheirDifferences() {
    Random random = new Random(4);
    double[][] buckets = new double[8][3600];
    double[] sums = new double[8];
    for (int row = 0; row < 3600; row++) {
      double below = 0;
      for (int b = 0; b < 8; b++) {
        sums[b] += random.nextInt(40) == 0 ? 1 : 0;
        below += sums[b];
        buckets[b][row] = below;
      }
    }
    List<PackColumn> columns = Arrays.stream(buckets).map(PackColumn::full).toList();
    int alone = codec.encode(columns.subList(7, 8), 3600).length;
    assertThat(codec.encode(columns, 3600).length).isLessThan(alone * 4);
  }

  @Test
  void aGaugeThatIsSometimesNaNStaysCheap() {
    Random random = new Random(9);
    double[] values = random.ints(3600, 0, 100).mapToDouble(i -> i / 100.0).toArray();
    int without = codec.encode(List.of(PackColumn.full(values)), 3600).length;
    for (int i = 0; i < 3600; i += 360) {
      values[i] = Double.NaN;
    }
    assertThat(codec.encode(List.of(PackColumn.full(values)), 3600).length)
        .isLessThan(without + 150);
  }

  @Test
  void everyFlippedBitIsNoticedAndCostsOnlyTheColumnsThatNeedIt() {
    List<PackColumn> columns = new ArrayList<>(PackColumns.pack(new Random(12), 6, 70));
    byte[] pack = codec.encode(columns, 70);
    boolean[] all = new boolean[6];
    Arrays.fill(all, true);
    int kept = 0;
    for (int bit = 0; bit < pack.length * 8; bit++) {
      byte[] damaged = pack.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      Received received = new Received();
      try {
        codec.decode(damaged, 70, all, received);
        assertThat(received.damaged).isNotEmpty();
        for (int i = 0; i < received.places.size(); i++) {
          PackColumn written = columns.get(received.places.get(i));
          assertThat(received.bits.get(i))
              .isEqualTo(bits(Arrays.copyOf(written.values(), written.count())));
        }
        kept = Math.max(kept, received.places.size());
      } catch (DamagedBytesException e) {
        assertThat(received.places).isEmpty();
      }
    }
    assertThat(kept).isEqualTo(5);
  }

  @Test
  void bytesThatNoWriterMakesAreRefused() {
    byte[] pack = codec.encode(PackColumns.pack(new Random(3), 4, 100), 100);
    for (int length = 0; length < pack.length; length++) {
      byte[] cut = Arrays.copyOf(pack, length);
      assertThatThrownBy(() -> codec.decode(cut, 100)).isInstanceOf(DamagedBytesException.class);
    }
    assertThatThrownBy(() -> codec.decode(Arrays.copyOf(pack, pack.length + 1), 100))
        .isInstanceOf(DamagedBytesException.class);
    assertThatThrownBy(() -> codec.decode(pack, 99)).isInstanceOf(DamagedBytesException.class);
  }

  @Test
  void packsThatCannotBeAreRefused() {
    PackColumn one = PackColumn.full(new double[1]);
    assertThatThrownBy(() -> codec.encode(List.of(), 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> codec.encode(List.of(one), 2))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> codec.encode(Collections.nCopies(256, one), 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> PackColumn.of(new double[3], 2, new long[] {7}))
        .isInstanceOf(IllegalArgumentException.class);
    PackColumn beyond = PackColumn.of(new double[1], 1, new long[] {4});
    assertThatThrownBy(() -> codec.encode(List.of(beyond), 2))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static final class Received implements ColumnSink {
    private final List<Integer> places = new ArrayList<>();
    private final List<long[]> bits = new ArrayList<>();
    private final List<Integer> damaged = new ArrayList<>();

    @Override
    public void column(int place, double[] values, int count, long @Nullable [] presence) {
      places.add(place);
      bits.add(bits(Arrays.copyOf(values, count)));
    }

    @Override
    public void damaged(int place, String reason) {
      damaged.add(place);
    }
  }
}
