package io.vllmmonitor.persistence.query;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * The functions that make one value of the samples of a range. As in Prometheus: minimum and
 * maximum pass over NaN unless there is nothing else, the rest is NaN where a sample is.
 */
enum RangeFunction {
  AVG_OVER_TIME,
  MIN_OVER_TIME,
  MAX_OVER_TIME,
  SUM_OVER_TIME,
  COUNT_OVER_TIME,
  LAST_OVER_TIME,
  QUANTILE_OVER_TIME,
  STDDEV_OVER_TIME,
  STDVAR_OVER_TIME,
  CHANGES,
  RESETS,
  RATE,
  INCREASE,
  DELTA;

  /** Empty when it is none that is known here. */
  static Optional<RangeFunction> of(String name) {
    return Arrays.stream(values()).filter(function -> function.text().equals(name)).findFirst();
  }

  String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether aggregates of the samples are enough to answer. */
  boolean takesAggregates() {
    return switch (this) {
      case AVG_OVER_TIME,
          MIN_OVER_TIME,
          MAX_OVER_TIME,
          SUM_OVER_TIME,
          COUNT_OVER_TIME,
          LAST_OVER_TIME ->
          true;
      case QUANTILE_OVER_TIME,
          STDDEV_OVER_TIME,
          STDVAR_OVER_TIME,
          CHANGES,
          RESETS,
          RATE,
          INCREASE,
          DELTA ->
          false;
    };
  }

  /** Whether one sample has no value: what is measured is the way from one to the next. */
  boolean takesTwo() {
    return this == RATE || this == INCREASE || this == DELTA;
  }
}
