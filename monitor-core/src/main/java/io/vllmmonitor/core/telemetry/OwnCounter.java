package io.vllmmonitor.core.telemetry;

import static java.util.Objects.requireNonNull;

import io.prometheus.metrics.core.metrics.Counter;

/** A number that only grows, made by {@link OwnMetrics#counter}. Thread-safe. */
public final class OwnCounter {
  private final Counter counter;

  OwnCounter(Counter counter) {
    this.counter = requireNonNull(counter, "counter");
  }

  /**
   * Adds one.
   *
   * @param labels values of the labels, in the order in which their names were given
   */
  public void increment(String... labels) {
    add(1, labels);
  }

  /** Adds some; not negative. */
  public void add(long amount, String... labels) {
    if (labels.length == 0) {
      counter.inc(amount);
    } else {
      counter.labelValues(labels).inc(amount);
    }
  }

  /** What was counted under these labels. */
  public long get(String... labels) {
    double value = labels.length == 0 ? counter.get() : counter.labelValues(labels).get();
    return Math.round(value);
  }
}
