package io.vllmmonitor.persistence.format;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Packs of columns of many characters, from a seed. */
final class PackColumns {
  private static final int CHARACTERS = 14;

  private PackColumns() {}

  /** Columns of every character in a random order, some with rows missing. */
  static List<PackColumn> pack(Random random, int columns, int rows) {
    List<PackColumn> pack = new ArrayList<>();
    for (int place = 0; place < columns; place++) {
      PackColumn before = place == 0 ? null : pack.get(place - 1);
      long[] presence = presence(random, rows);
      int count = presence == null ? rows : Presence.count(presence);
      if (before != null && random.nextInt(4) == 0) {
        pack.add(more(random, before));
      } else {
        pack.add(PackColumn.of(values(random, count), count, presence));
      }
    }
    return pack;
  }

  /** As the next bucket of a histogram: the one before and a little more, or just the same. */
  private static PackColumn more(Random random, PackColumn before) {
    double[] values = new double[before.count()];
    double more = 0;
    boolean same = random.nextBoolean();
    for (int i = 0; i < values.length; i++) {
      more += random.nextInt(3) == 0 && !same ? 1 : 0;
      values[i] = same ? before.value(i) : before.value(i) + more;
    }
    return PackColumn.of(values, values.length, before.presence());
  }

  private static long @Nullable [] presence(Random random, int rows) {
    if (random.nextInt(3) != 0 || rows == 0) {
      return null;
    }
    long[] presence = new long[Presence.words(rows)];
    int often = random.nextInt(4);
    for (int row = 0; row < rows; row++) {
      boolean present = often == 0 ? row > rows / 2 : random.nextInt(4) >= often;
      if (present) {
        presence[row >>> 6] |= 1L << row;
      }
    }
    return presence;
  }

  private static double[] values(Random random, int count) {
    int character = random.nextInt(CHARACTERS);
    double[] values = new double[count];
    double last = random.nextInt(1000);
    double power = Math.pow(10, random.nextInt(7));
    for (int i = 0; i < count; i++) {
      last = next(random, character, last, i, power);
      values[i] = last;
    }
    return values;
  }

  private static double next(Random random, int character, double last, int i, double power) {
    return switch (character) {
      case 0 -> last;
      case 1 -> last + random.nextInt(5);
      case 2 -> random.nextInt(50) == 0 ? 0 : last + 100 + random.nextInt(30);
      case 3 -> Math.round((last + random.nextGaussian()) * power) / power;
      case 4 -> Oddities.any(random);
      case 5 -> Double.longBitsToDouble(random.nextLong());
      case 6 -> random.nextInt(20) == 0 ? Oddities.any(random) : random.nextInt(9) / 10.0;
      case 7 -> random.nextInt(12) / 11.0;
      case 8 -> last + random.nextDouble();
      case 9 -> i * 4096.0;
      case 10 -> (double) i * i;
      case 11 -> (float) random.nextGaussian();
      case 12 -> random.nextInt(100) == 0 ? random.nextInt(1000) : last;
      default -> (random.nextLong() >>> (10 + random.nextInt(40))) * (random.nextInt(3) - 1.0);
    };
  }
}
