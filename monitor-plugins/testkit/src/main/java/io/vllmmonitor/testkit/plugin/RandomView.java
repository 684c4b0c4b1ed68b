package io.vllmmonitor.testkit.plugin;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.api.view.MetricView;
import java.time.Instant;

/**
 * Answers every question with an odd number, the same question always alike; now and then several
 * series match. A function of its seed. Immutable.
 */
final class RandomView implements MetricView {
  private final long seed;
  private final Instant now;

  RandomView(long seed, Instant now) {
    this.seed = seed;
    this.now = now;
  }

  private RandomInput about(String question) {
    return new RandomInput(seed, question.hashCode());
  }

  private double number(String question, String selector) {
    RandomInput random = about(question + selector);
    return random.chance(0.15) ? Double.NaN : random.number();
  }

  @Override
  public TargetId target() {
    return RandomInput.TARGET;
  }

  @Override
  public Instant now() {
    return now;
  }

  @Override
  public boolean firing() {
    return about("firing").chance(0.5);
  }

  @Override
  public boolean has(String selector) {
    return about("has" + selector).chance(0.7);
  }

  @Override
  public double value(String selector) {
    return valueOr(selector, Double.NaN);
  }

  @Override
  public double valueOr(String selector, double fallback) {
    if (about("several" + selector).chance(0.05)) {
      throw new MonitorException(
          ErrorCode.SELECTOR_AMBIGUOUS, Blame.PLUGIN, "Several series match " + selector);
    }
    return has(selector) ? number("value", selector) : fallback;
  }

  @Override
  public double sum(String selector) {
    return number("sum", selector);
  }

  @Override
  public double max(String selector) {
    return number("max", selector);
  }

  @Override
  public double min(String selector) {
    return number("min", selector);
  }

  @Override
  public double mean(String selector, double seconds) {
    return number("mean", selector);
  }

  @Override
  public double increase(String selector, double seconds) {
    return Math.abs(number("increase", selector));
  }

  @Override
  public double rate(String selector, double seconds) {
    return Math.abs(number("rate", selector));
  }

  @Override
  public double slope(String selector, double seconds) {
    return number("slope", selector);
  }

  @Override
  public double quantile(String histogram, double q, double seconds) {
    return number("quantile" + q, histogram);
  }

  @Override
  public double age(String selector) {
    return Math.abs(number("age", selector));
  }
}
