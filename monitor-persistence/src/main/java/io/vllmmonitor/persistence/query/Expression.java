package io.vllmmonitor.persistence.query;

import io.vllmmonitor.api.sample.SeriesSelector;
import org.jspecify.annotations.Nullable;

/** An expression as it was understood. Arithmetic between numbers is already done. Immutable. */
sealed interface Expression {
  /** What Prometheus calls it. */
  String type();

  record NumberValue(double value) implements Expression {
    @Override
    public String type() {
      return "scalar";
    }
  }

  record TextValue(String value) implements Expression {
    @Override
    public String type() {
      return "string";
    }
  }

  /**
   * A function over the range of a selector.
   *
   * @param parameter the quantile; 0 for functions without one
   */
  record Function(RangeFunction function, double parameter, Series series) implements Expression {
    @Override
    public String type() {
      return "instant vector";
    }
  }

  /**
   * @param exact the name was given as a matcher, {@code {__name__="…"}}: no other name of the
   *     metric is meant
   * @param range how far back from the moment, in ms; 0 for an instant selector
   * @param offset how much earlier than asked, in ms; negative for later
   * @param fixedAt ms since 1970, instead of the moment of evaluation; null without {@code @}
   */
  record Series(
      SeriesSelector selector, boolean exact, long range, long offset, @Nullable Long fixedAt)
      implements Expression {
    static Series of(SeriesSelector selector, boolean exact) {
      return new Series(selector, exact, 0, 0, null);
    }

    Series withRange(long millis) {
      return new Series(selector, exact, millis, offset, fixedAt);
    }

    Series withOffset(long millis) {
      return new Series(selector, exact, range, millis, fixedAt);
    }

    Series withFixedAt(long millis) {
      return new Series(selector, exact, range, offset, millis);
    }

    /** The moment that is looked at when it is evaluated at this one; both in ms since 1970. */
    long momentFor(long evaluatedAt) {
      return (fixedAt == null ? evaluatedAt : fixedAt) - offset;
    }

    @Override
    public String type() {
      return range == 0 ? "instant vector" : "range vector";
    }
  }
}
