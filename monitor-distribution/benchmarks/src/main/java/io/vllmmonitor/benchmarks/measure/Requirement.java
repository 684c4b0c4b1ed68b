package io.vllmmonitor.benchmarks.measure;

import static io.vllmmonitor.benchmarks.measure.Figures.PROMETHEUS;
import static io.vllmmonitor.benchmarks.measure.Figures.ROWS;
import static io.vllmmonitor.benchmarks.measure.Figures.VICTORIA;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A ratio that must be reached.
 *
 * @param figure as measured
 * @param rival whose figure ours is divided by; null when our figure itself is judged
 * @param more whether more is better
 * @param must the ratio without which the run fails
 * @param stretch what it would be good to reach
 */
record Requirement(
    String figure, @Nullable String rival, boolean more, double must, double stretch) {
  static final String INGEST = "ingest over HTTP, samples per CPU s";
  static final String INGEST_IN_PROCESS = "ingest in process, samples per CPU s";
  static final String BYTES = "bytes per sample";
  static final String RAW = "raw 1 h of one series, CPU ms";
  static final String AVERAGE = "average of 20 series, 60 s step, CPU ms";
  static final String LATEST = "latest of all series, CPU ms";
  static final String PERCENTILE = "p99 of 1 h of all series, CPU ms";
  static final String MEMORY = "peak memory, MiB";
  static final String READY = "ready after a cold restart, ms";
  static final String LOST = "acknowledged samples lost by kill -9";
  static final String PARSER = "exposition parser, MB/s";
  static final String REGEX = "regex";

  static final List<Requirement> ALL =
      List.of(
          new Requirement(INGEST, PROMETHEUS, true, 4, 7),
          new Requirement(INGEST, VICTORIA, true, 1.3, 2.2),
          new Requirement(INGEST_IN_PROCESS, ROWS, true, 8, 12),
          new Requirement(BYTES, VICTORIA, false, 0.60, 0.53),
          new Requirement(BYTES, PROMETHEUS, false, 0.22, 0.195),
          new Requirement(RAW, VICTORIA, false, 1.5, 0.5),
          new Requirement(AVERAGE, VICTORIA, false, 1.0, 0.15),
          new Requirement(AVERAGE, PROMETHEUS, false, 0.2, 0.03),
          new Requirement(LATEST, PROMETHEUS, false, 0.1, 0.05),
          new Requirement(PERCENTILE, VICTORIA, false, 0.35, 0.2),
          new Requirement(MEMORY, PROMETHEUS, false, 1.2, 0.8),
          new Requirement(READY, PROMETHEUS, false, 2.0, 0.8),
          new Requirement(LOST, null, false, 0, 0),
          new Requirement(PARSER, null, true, 600, 1_600),
          new Requirement(PARSER, REGEX, true, 15, 15));

  /** Ours against the rival's, or ours itself; null when something was not measured. */
  @Nullable Double ratio(Figures figures) {
    Double ours = figures.get(figure, Figures.OURS);
    if (ours == null || rival == null) {
      return ours;
    }
    Double theirs = figures.get(figure, rival);
    return theirs == null ? null : ours / theirs;
  }

  boolean met(double ratio, double limit) {
    return more ? ratio >= limit : ratio <= limit;
  }

  /** "no", "must", "stretch", or "not measured". */
  String reached(Figures figures) {
    Double ratio = ratio(figures);
    if (ratio == null || ratio.isNaN()) {
      return "not measured";
    }
    return met(ratio, stretch) ? "stretch" : met(ratio, must) ? "must" : "no";
  }

  String limit(double limit) {
    return (more ? "≥ " : "≤ ") + Numbers.text(limit) + (rival == null ? "" : "×");
  }
}
