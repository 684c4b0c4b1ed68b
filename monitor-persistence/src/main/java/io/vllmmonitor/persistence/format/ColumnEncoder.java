package io.vllmmonitor.persistence.format;

import org.jspecify.annotations.Nullable;

/**
 * Writes the body of one column in the form that takes least, of those that give its values back
 * bit for bit. Reused.
 */
final class ColumnEncoder {
  /** Sparse lists are decoded much faster, so they may be a little larger. */
  private static final double FAVOUR_SPARSE = 1.04;

  /** Decimals of so many digits may be ratios that take less. */
  private static final int LONG_DECIMALS = 4;

  /** How many times smaller the numbers of ratios must be than decimals to be tried. */
  private static final long LEAST_GAIN = 4;

  private static final long[] NOTHING = {};

  private final Scaling scaling = new Scaling();
  private final Residuals residuals = new Residuals();
  private final NumberEncoder encoder = new NumberEncoder();
  private final WholeNumbers other = new WholeNumbers();
  private final ByteWriter trial = new ByteWriter();
  private final ByteWriter sparse = new ByteWriter();
  private long[] small = new long[0];
  private long[] gaps = new long[0];
  private long[] changes = new long[0];

  /**
   * @param count at least 2, not all alike
   * @param reference the column before it when this one may be told against it
   * @param own set to the numbers that were written
   */
  void write(
      double[] values,
      int count,
      @Nullable WholeNumbers reference,
      WholeNumbers own,
      ByteWriter into) {
    room(count);
    int start = into.size();
    boolean decimal = Scaling.toDecimals(values, count, own);
    if (decimal) {
      writeNumbers(own, reference, into);
      if (own.exceptions == 0) {
        if (own.exponent >= LONG_DECIMALS) {
          long below = Scaling.denominatorOf(own.exponent) / LEAST_GAIN;
          if (Ratios.toRatios(values, count, below, other)) {
            writeNumbers(other, null, trial.clear());
            replaceIfSmaller(into, start, own);
          }
        }
        return;
      }
    } else if (Ratios.toRatios(values, count, Ratios.LARGEST + 1, own)) {
      writeNumbers(own, null, into);
    } else {
      Scaling.toBits(values, count, own);
      writeNumbers(own, null, into);
    }
    if (scaling.toDictionary(values, count, other)) {
      writeNumbers(other, null, trial.clear());
      replaceIfSmaller(into, start, own);
    }
    if (decimal) {
      Scaling.toBits(values, count, other);
      writeNumbers(other, null, trial.clear());
      replaceIfSmaller(into, start, own);
    }
  }

  /** The plainest form, which cannot fail. */
  void writeRaw(double[] values, int count, WholeNumbers own, ByteWriter into) {
    room(count);
    Scaling.toBits(values, count, own);
    writeNumbers(own, null, into);
  }

  /**
   * Writes numbers as they are, for those that are no values.
   *
   * @param whole at least 2, in the form of raw bits
   */
  void writeWhole(WholeNumbers whole, ByteWriter into) {
    room(whole.count);
    writeNumbers(whole, null, into);
  }

  private void replaceIfSmaller(ByteWriter into, int start, WholeNumbers own) {
    if (trial.size() < into.size() - start) {
      into.cut(start);
      into.put(trial.array(), 0, trial.size());
      own.form = other.form; // no reference for others any more
    }
  }

  private void room(int count) {
    if (small.length < count) {
      small = new long[count];
      gaps = new long[count];
      changes = new long[count];
    }
  }

  private void writeNumbers(WholeNumbers whole, @Nullable WholeNumbers reference, ByteWriter into) {
    long[] against = NOTHING;
    residuals.clear();
    residuals.consider(whole.numbers, whole.count, NOTHING, false);
    if (reference != null && whole.isReference() && whole.exponent == reference.exponent) {
      against = reference.numbers;
      residuals.consider(whole.numbers, whole.count, against, true);
    }
    int flagsAt = into.size();
    int flags =
        whole.form
            | residuals.order << ColumnBody.ORDER_SHIFT
            | (residuals.signed ? ColumnBody.SIGNED : 0)
            | (residuals.minus ? ColumnBody.MINUS : 0)
            | (whole.exceptions > 0 ? ColumnBody.EXCEPTIONS : 0);
    into.put(flags);
    into.put(whole.exponent | (residuals.shift != 0 ? ColumnBody.SHIFTED : 0));
    if (whole.form == WholeNumbers.RATIO) {
      into.varint(whole.denominator);
    }
    writeDictionary(whole, into);
    writeExceptions(whole, into);
    int count = whole.count - residuals.order;
    int others = residuals.make(whole.numbers, whole.count, against, small, into);
    if (writeSmall(count, others, into)) {
      into.array()[flagsAt] |= ColumnBody.SPARSE;
    }
  }

  private static void writeDictionary(WholeNumbers whole, ByteWriter into) {
    if (whole.form != WholeNumbers.DICTIONARY) {
      return;
    }
    into.varint(whole.entries);
    into.put64(whole.dictionary[0]);
    for (int i = 1; i < whole.entries; i++) {
      into.varint(whole.dictionary[i] - whole.dictionary[i - 1]);
    }
  }

  private static void writeExceptions(WholeNumbers whole, ByteWriter into) {
    if (whole.exceptions == 0) {
      return;
    }
    into.varint(whole.exceptions);
    int last = -1;
    for (int i = 0; i < whole.exceptions; i++) {
      into.varint(whole.exceptionAt[i] - last - 1);
      into.put64(whole.exceptionBits[i]);
      last = whole.exceptionAt[i];
    }
  }

  /** Whether they were written as a sparse list. */
  private boolean writeSmall(int count, int others, ByteWriter into) {
    int start = into.size();
    boolean maySparse = others <= count / 4;
    boolean mustSparse = others <= count / 32;
    if (!mustSparse) {
      encoder.write(small, count, into);
    }
    if (maySparse) {
      writeSparse(count, others, sparse.clear());
      if (mustSparse || sparse.size() <= (into.size() - start) * FAVOUR_SPARSE) {
        into.cut(start);
        into.put(sparse.array(), 0, sparse.size());
        return true;
      }
    }
    return false;
  }

  private void writeSparse(int count, int others, ByteWriter into) {
    into.varint(others);
    int last = -1;
    int next = 0;
    for (int i = 0; i < count; i++) {
      if (small[i] != 0) {
        gaps[next] = (long) i - last - 1;
        changes[next++] = small[i] - 1;
        last = i;
      }
    }
    encoder.write(gaps, others, into);
    encoder.write(changes, others, into);
  }
}
