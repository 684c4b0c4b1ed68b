package io.vllmmonitor.persistence.format;

import static io.vllmmonitor.persistence.format.Oddities.bits;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RatiosTest {
  private static final int COUNT = 400;

  private final WholeNumbers numbers = new WholeNumbers();

  @Test
  void partsOfAnyDenominatorAreFoundAndComeBack() {
    Random random = new Random(1);
    for (int round = 0; round < 400; round++) {
      int denominator = anyDenominator(random);
      double[] values = new double[COUNT];
      Arrays.setAll(values, i -> random.nextInt(denominator + 1) / (double) denominator);
      assertComesBack(values, denominator, Ratios.PARTS);
    }
  }

  @Test
  void whatIsLeftOfAWholeIsFoundAndComesBack() {
    Random random = new Random(2);
    int rests = 0;
    for (int round = 0; round < 400; round++) {
      int denominator = anyDenominator(random);
      double[] values = new double[COUNT];
      Arrays.setAll(values, i -> 1 - random.nextInt(denominator + 1) / (double) denominator);
      assertThat(Ratios.toRatios(values, COUNT, Ratios.LARGEST + 1, numbers)).isTrue();
      rests += numbers.exponent;
      assertThat(denominator % numbers.denominator).isZero();
      assertThat(numbers.exceptions).isZero();
      assertGivesBack(values);
    }
    // of powers of two both forms give the same bits
    assertThat(rests).isGreaterThan(300);
  }

  private static int anyDenominator(Random random) {
    return 2 + random.nextInt((1 << (2 + random.nextInt(22))) - 1);
  }

  private void assertComesBack(double[] values, long denominator, int kind) {
    assertThat(Ratios.toRatios(values, values.length, Ratios.LARGEST + 1, numbers)).isTrue();
    assertThat(denominator % numbers.denominator).isZero();
    assertThat(numbers.exponent).isEqualTo(kind);
    assertThat(numbers.exceptions).isZero();
    assertGivesBack(values);
  }

  private void assertGivesBack(double[] values) {
    double[] read = new double[values.length];
    Scaling.toValues(numbers, read);
    assertThat(bits(read)).isEqualTo(bits(values));
  }

  @Test
  void theLargestDenominatorIsFoundAndOneMoreIsNot() {
    long largest = Ratios.LARGEST;
    assertThat(Ratios.denominatorOf(1.0 / largest)).isEqualTo(largest);
    assertThat(Ratios.denominatorOf((largest - 1.0) / largest)).isEqualTo(largest);
    assertThat(Ratios.denominatorOf(1.0 / (largest + 1))).isZero();
    assertThat(Ratios.denominatorOf((largest - 1.0) / (largest + 1))).isNotEqualTo(largest + 1);
    double[] beyond = new double[COUNT];
    Arrays.setAll(beyond, i -> (2.0 * i + 1) / (largest + 1));
    assertThat(Ratios.toRatios(beyond, COUNT, largest + 1, numbers)).isFalse();
  }

  @Test
  void endsAndExceptionsComeBackBitForBit() {
    double[] values = new double[COUNT];
    Random random = new Random(3);
    Arrays.setAll(values, i -> random.nextInt(4098) / 4097.0);
    values[0] = 0;
    values[1] = 1;
    values[2] = -0.0;
    values[3] = Double.NaN;
    values[4] = Double.longBitsToDouble(0x7ff0000000000002L);
    values[5] = Double.NEGATIVE_INFINITY;
    values[6] = Math.PI;
    values[7] = 3 + 5 / 4097.0;
    values[8] = -7 / 4097.0;
    assertThat(Ratios.toRatios(values, COUNT, Ratios.LARGEST + 1, numbers)).isTrue();
    assertThat(numbers.denominator).isEqualTo(4097);
    assertThat(numbers.exceptions).isEqualTo(5);
    assertGivesBack(values);
  }

  @Test
  void aDenominatorThatOnlyALateValueNeedsIsFound() {
    double[] values = new double[COUNT];
    Arrays.setAll(values, i -> (i % 8) / 8.0);
    values[COUNT - 1] = 1 / 24.0;
    assertComesBack(values, 24, Ratios.PARTS);
  }

  @Test
  void valuesThatShareNoDenominatorAreNoRatios() {
    Random random = new Random(4);
    double[] averages = random.doubles(COUNT).toArray();
    assertThat(Ratios.toRatios(averages, COUNT, Ratios.LARGEST + 1, numbers)).isFalse();
    double[] whole = new double[COUNT];
    Arrays.setAll(whole, i -> i);
    assertThat(Ratios.toRatios(whole, COUNT, Ratios.LARGEST + 1, numbers)).isFalse();
    double[] quarters = new double[COUNT];
    Arrays.setAll(quarters, i -> i / 4.0);
    assertThat(Ratios.toRatios(quarters, COUNT, 4, numbers)).as("not worth it").isFalse();
    assertThat(Ratios.toRatios(quarters, COUNT, 5, numbers)).isTrue();
  }

  @Test
  void sharesOfFourThousandBlocksTakeAThirdOfWhatTheirDecimalsTake() {
    Random random = new Random(5);
    PackCodec codec = new PackCodec();
    double[] shares = new double[3600];
    Arrays.setAll(shares, i -> random.nextInt(4097) / 4096.0);
    int ratios = codec.encode(List.of(PackColumn.full(shares)), 3600).length;
    assertThat(ratios).isLessThan(3600 * 13 / 8);
    List<PackColumn> read =
        codec.decode(codec.encode(List.of(PackColumn.full(shares)), 3600), 3600);
    assertThat(bits(read.get(0).values())).isEqualTo(bits(shares));
  }

  @Test
  void aDamagedDenominatorIsRefused() {
    ByteWriter body = new ByteWriter();
    body.put(WholeNumbers.RATIO);
    body.put(Ratios.PARTS);
    int at = body.size();
    for (long denominator : new long[] {0, Ratios.LARGEST + 1, Long.MAX_VALUE}) {
      body.cut(at);
      body.varint(denominator);
      assertRefused(body);
    }
    body.cut(at - 1);
    body.put(Ratios.RESTS + 1);
    body.varint(5);
    assertRefused(body);
  }

  private void assertRefused(ByteWriter body) {
    int size = body.size();
    body.room(BitReader.PADDING);
    ByteReader reader = new ByteReader().on(body.array(), 0, size);
    assertThatThrownBy(() -> new ColumnDecoder().read(reader, 3, null, numbers))
        .isInstanceOf(DamagedBytesException.class);
  }
}
