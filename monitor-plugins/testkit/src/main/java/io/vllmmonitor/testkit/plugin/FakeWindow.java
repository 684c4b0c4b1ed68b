package io.vllmmonitor.testkit.plugin;

import java.time.Instant;
import java.util.NavigableMap;
import java.util.stream.DoubleStream;

/** A stretch of the samples of one series. */
record FakeWindow(NavigableMap<Instant, Double> samples) {
  int size() {
    return samples.size();
  }

  DoubleStream values() {
    return samples.values().stream().mapToDouble(Double::doubleValue);
  }

  /** Growth of a counter; after a reset the new value counts from zero. */
  double increase() {
    double total = 0;
    Double before = null;
    for (Double value : samples.values()) {
      if (before != null) {
        total += value >= before ? value - before : value;
      }
      before = value;
    }
    return total;
  }

  double rate() {
    return increase() / seconds(samples.lastKey());
  }

  double slope() {
    double meanX = samples.keySet().stream().mapToDouble(this::seconds).average().orElse(0);
    double meanY = values().average().orElse(0);
    double over = 0;
    double under = 0;
    for (var sample : samples.entrySet()) {
      double x = seconds(sample.getKey()) - meanX;
      over += x * (sample.getValue() - meanY);
      under += x * x;
    }
    return over / under;
  }

  private double seconds(Instant at) {
    return (at.toEpochMilli() - samples.firstKey().toEpochMilli()) / 1000.0;
  }
}
