package io.vllmmonitor.benchmarks.measure;

import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.api.view.MetricView;
import java.time.Instant;

/**
 * A view that answers every question with a field, so that what asks is measured and not what is
 * asked. Public for the expression language in the race, which calls it by reflection. Immutable.
 */
public final class StillView implements MetricView {
  private static final TargetId TARGET = new TargetId("127.0.0.1:8000");

  private final double usage;
  private final double count;

  /**
   * @param usage what {@code max} and its like answer
   * @param count what {@code sum} and its like answer
   */
  StillView(double usage, double count) {
    this.usage = usage;
    this.count = count;
  }

  @Override
  public TargetId target() {
    return TARGET;
  }

  @Override
  public Instant now() {
    return Instant.EPOCH;
  }

  @Override
  public boolean firing() {
    return false;
  }

  @Override
  public boolean has(String selector) {
    return true;
  }

  @Override
  public double value(String selector) {
    return usage;
  }

  @Override
  public double valueOr(String selector, double fallback) {
    return usage;
  }

  @Override
  public double sum(String selector) {
    return count;
  }

  @Override
  public double max(String selector) {
    return usage;
  }

  @Override
  public double min(String selector) {
    return usage;
  }

  @Override
  public double mean(String selector, double seconds) {
    return usage;
  }

  @Override
  public double increase(String selector, double seconds) {
    return count;
  }

  @Override
  public double rate(String selector, double seconds) {
    return count;
  }

  @Override
  public double slope(String selector, double seconds) {
    return 0;
  }

  @Override
  public double quantile(String histogram, double q, double seconds) {
    return usage;
  }

  @Override
  public double age(String selector) {
    return 1;
  }
}
