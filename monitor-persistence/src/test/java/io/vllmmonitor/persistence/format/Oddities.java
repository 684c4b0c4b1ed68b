package io.vllmmonitor.persistence.format;

import java.util.Arrays;
import java.util.Random;

/** Doubles that codecs get wrong, and columns of many characters from a seed. */
final class Oddities {
  private static final double[] ODD = {
    0.0,
    -0.0,
    1,
    -1,
    0.1,
    -0.1,
    1e-9,
    123456.789,
    1e15,
    9007199254740991.0,
    9007199254740992.0,
    9007199254740994.0,
    -9007199254740992.0,
    9.223372036854776E18,
    -9.223372036854776E18,
    1e22,
    1e300,
    -1e300,
    Double.MAX_VALUE,
    -Double.MAX_VALUE,
    Double.MIN_VALUE,
    -Double.MIN_VALUE,
    Double.MIN_NORMAL,
    Double.longBitsToDouble(0x000fffffffffffffL),
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY,
    Double.NaN,
    Double.longBitsToDouble(0x7ff0000000000002L),
    Double.longBitsToDouble(0xfff8000000000000L),
    Double.longBitsToDouble(0x7ff0000000000001L),
    Double.longBitsToDouble(0x7fffffffffffffffL),
    Double.longBitsToDouble(0xffffffffffffffffL),
    1.0 / 3,
    Math.PI,
    0.30000000000000004,
  };

  private Oddities() {}

  static double[] all() {
    return ODD.clone();
  }

  static double any(Random random) {
    return ODD[random.nextInt(ODD.length)];
  }

  static long[] bits(double[] values) {
    return Arrays.stream(values).mapToLong(Double::doubleToRawLongBits).toArray();
  }
}
