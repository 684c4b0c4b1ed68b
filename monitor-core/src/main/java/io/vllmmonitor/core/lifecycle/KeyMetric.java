package io.vllmmonitor.core.lifecycle;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.view.MetricView;

/**
 * One number that every checkpoint carries where it is known. Immutable.
 *
 * @param selector as a view takes it; also the name in the checkpoint
 * @param fold what becomes of several matching series
 */
public record KeyMetric(String selector, Fold fold) {
  /** How several series become one number. */
  public enum Fold {
    SUM,
    MAX
  }

  public KeyMetric {
    requireNonNull(selector, "selector");
    requireNonNull(fold, "fold");
  }

  /** For counts, such as running requests. */
  public static KeyMetric sum(String selector) {
    return new KeyMetric(selector, Fold.SUM);
  }

  /** For shares, such as the use of a cache. */
  public static KeyMetric max(String selector) {
    return new KeyMetric(selector, Fold.MAX);
  }

  /** The number; the view must have the selector. */
  double read(MetricView view) {
    return switch (fold) {
      case SUM -> view.sum(selector);
      case MAX -> view.max(selector);
    };
  }
}
