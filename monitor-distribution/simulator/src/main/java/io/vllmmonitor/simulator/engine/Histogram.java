package io.vllmmonitor.simulator.engine;

import java.util.ArrayList;
import java.util.List;

/** A Prometheus histogram. Not thread safe: its owner guards it. */
public final class Histogram {
  private final double[] edges;
  private final long[] counts;
  private double sum;

  /**
   * An empty histogram.
   *
   * @param edges upper bounds without +Inf, ascending; copied
   */
  public Histogram(double... edges) {
    this.edges = edges.clone();
    this.counts = new long[edges.length + 1];
  }

  /** Adds one observation. */
  public void add(double value) {
    add(value, 1);
  }

  /** Adds the same observation {@code times} times. */
  public void add(double value, long times) {
    int i = 0;
    while (i < edges.length && edges[i] < value) {
      i++;
    }
    counts[i] += times;
    sum += value * times;
  }

  /** Its state now. */
  public HistogramSnapshot snapshot() {
    List<Double> bounds = new ArrayList<>(edges.length);
    List<Long> cumulative = new ArrayList<>(counts.length);
    long running = 0;
    for (int i = 0; i < counts.length; i++) {
      running += counts[i];
      cumulative.add(running);
      if (i < edges.length) {
        bounds.add(edges[i]);
      }
    }
    return new HistogramSnapshot(bounds, cumulative, sum);
  }
}
