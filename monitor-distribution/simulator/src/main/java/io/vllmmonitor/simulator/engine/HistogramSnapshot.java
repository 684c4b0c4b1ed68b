package io.vllmmonitor.simulator.engine;

import java.util.List;

/**
 * A histogram at one moment.
 *
 * @param edges upper bounds without +Inf, ascending
 * @param cumulative observations at or below each edge, then all of them: one more entry than edges
 * @param sum sum of the observations
 */
public record HistogramSnapshot(List<Double> edges, List<Long> cumulative, double sum) {
  public HistogramSnapshot {
    edges = List.copyOf(edges);
    cumulative = List.copyOf(cumulative);
    if (cumulative.size() != edges.size() + 1) {
      throw new IllegalArgumentException(
          "%d edges need %d counts, not %d"
              .formatted(edges.size(), edges.size() + 1, cumulative.size()));
    }
  }

  /** Number of observations. */
  public long count() {
    return cumulative.get(cumulative.size() - 1);
  }
}
