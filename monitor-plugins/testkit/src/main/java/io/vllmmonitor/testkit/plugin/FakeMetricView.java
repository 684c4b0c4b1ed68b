package io.vllmmonitor.testkit.plugin;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.api.guardrail.Verdict;
import io.vllmmonitor.api.prediction.FailurePredictor;
import io.vllmmonitor.api.prediction.Forecast;
import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.api.sample.MetricSpec;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.sample.StaleMarker;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.api.view.MetricView;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleFunction;

/**
 * A view fed by hand, with the meaning of {@link MetricView}: fresh samples only, windows, marks
 * for what was missing. Feed it with {@link #sample}, oldest first, move it with {@link #at}.
 * Confined to one thread.
 */
public final class FakeMetricView implements MetricView {
  private static final Duration LEAST_FRESHNESS = Duration.ofSeconds(15);

  private final TargetId target = new TargetId("127.0.0.1:8000");
  private final Map<SeriesKey, FakeSeries> series = new TreeMap<>();
  private final MetricCatalog catalog = new MetricCatalog();
  private final Set<String> missing = new LinkedHashSet<>();
  private Instant now;
  private boolean firing;
  private Duration interval = Duration.ofSeconds(1);

  /** An empty view at this instant, of a target scraped every second. */
  public FakeMetricView(Instant now) {
    this.now = requireNonNull(now, "now");
  }

  /** An empty view at the start of 2026. */
  public static FakeMetricView empty() {
    return new FakeMetricView(Instant.parse("2026-01-01T00:00:00Z"));
  }

  /** The families whose older names it resolves. */
  public FakeMetricView knowing(Collection<MetricSpec> specs) {
    catalog.add(specs);
    return this;
  }

  /** Moves the view to this instant. */
  public FakeMetricView at(Instant instant) {
    now = requireNonNull(instant, "instant");
    return this;
  }

  /** Moves the view on. */
  public FakeMetricView later(Duration duration) {
    now = now.plus(duration);
    return this;
  }

  /** The names of the metrics that were fed, in order; a copy. */
  public Set<String> names() {
    Set<String> names = new TreeSet<>();
    series.keySet().forEach(key -> names.add(key.name()));
    return names;
  }

  /** Takes every series of this metric away. */
  public FakeMetricView without(String name) {
    series.keySet().removeIf(key -> key.name().equals(name));
    return this;
  }

  /** Replaces every sample. */
  public FakeMetricView mapped(DoubleUnaryOperator change) {
    series.values().forEach(one -> one.replaceAll(change));
    return this;
  }

  /** Sets what {@link #firing()} answers. */
  public FakeMetricView firing(boolean value) {
    firing = value;
    return this;
  }

  /** Sets the scrape interval, from which the freshness of samples follows. */
  public FakeMetricView interval(Duration duration) {
    interval = requireNonNull(duration, "duration");
    return this;
  }

  /**
   * Adds a sample at the instant of the view.
   *
   * @param name a series as Prometheus prints it, such as {@code x{engine="0"}}
   */
  public FakeMetricView sample(String name, double value) {
    return sample(FakeSeries.key(name), value);
  }

  /** Adds a sample at the instant of the view. */
  public FakeMetricView sample(SeriesKey key, double value) {
    series.computeIfAbsent(key, unused -> new FakeSeries()).add(now, value);
    return this;
  }

  /** What was asked for and missing since the last {@link #judge} or {@link #forgetMissing}. */
  public Set<String> missing() {
    return Collections.unmodifiableSet(missing);
  }

  /** Takes all marks away. */
  public FakeMetricView forgetMissing() {
    missing.clear();
    return this;
  }

  /** Lets a guardrail judge, as the core does: a pass with something missing becomes unknown. */
  public Verdict judge(Guardrail guardrail) {
    missing.clear();
    Verdict verdict = guardrail.check(this);
    return verdict.match(
        pass -> missing.isEmpty() ? pass : Verdict.unknown(String.join(", ", missing)),
        breach -> breach,
        unknown -> unknown);
  }

  /** Lets a predictor look ahead, as the core does: none with something missing becomes unknown. */
  public Forecast forecast(FailurePredictor predictor) {
    missing.clear();
    Forecast forecast = predictor.predict(this);
    return forecast.match(
        none -> missing.isEmpty() ? none : Forecast.unknown(String.join(", ", missing)),
        failure -> failure,
        unknown -> unknown);
  }

  @Override
  public TargetId target() {
    return target;
  }

  @Override
  public Instant now() {
    return now;
  }

  @Override
  public boolean firing() {
    return firing;
  }

  @Override
  public boolean has(String selector) {
    return !fresh(selector).isEmpty();
  }

  @Override
  public double value(String selector) {
    return marked(selector, valueOr(selector, Double.NaN), has(selector));
  }

  @Override
  public double valueOr(String selector, double fallback) {
    List<FakeSeries> found = fresh(selector);
    if (found.size() > 1) {
      throw new MonitorException(
          ErrorCode.SELECTOR_AMBIGUOUS,
          Blame.PLUGIN,
          "Several series match " + selector + ": " + matching(selector, true).keySet());
    }
    return found.isEmpty() ? fallback : found.get(0).newest();
  }

  @Override
  public double sum(String selector) {
    List<FakeSeries> found = fresh(selector);
    return marked(selector, found.stream().mapToDouble(FakeSeries::newest).sum(), !found.isEmpty());
  }

  @Override
  public double max(String selector) {
    List<FakeSeries> found = fresh(selector);
    double max = found.stream().mapToDouble(FakeSeries::newest).max().orElse(Double.NaN);
    return marked(selector, max, !found.isEmpty());
  }

  @Override
  public double min(String selector) {
    List<FakeSeries> found = fresh(selector);
    double min = found.stream().mapToDouble(FakeSeries::newest).min().orElse(Double.NaN);
    return marked(selector, min, !found.isEmpty());
  }

  @Override
  public double mean(String selector, double seconds) {
    double[] values =
        matching(selector, true).values().stream()
            .flatMapToDouble(one -> one.window(now, seconds).values())
            .toArray();
    double mean = java.util.Arrays.stream(values).average().orElse(Double.NaN);
    return marked(selector, mean, values.length > 0);
  }

  @Override
  public double increase(String selector, double seconds) {
    return overWindows(selector, seconds, 2, FakeWindow::increase);
  }

  @Override
  public double rate(String selector, double seconds) {
    return overWindows(selector, seconds, 2, FakeWindow::rate);
  }

  @Override
  public double slope(String selector, double seconds) {
    return overWindows(selector, seconds, 3, FakeWindow::slope);
  }

  @Override
  public double quantile(String histogram, double q, double seconds) {
    SeriesSelector selector = SeriesSelector.parse(histogram);
    String buckets =
        selector.withName(requireNonNull(selector.name(), histogram) + "_bucket").toString();
    FakeQuantile sum = new FakeQuantile();
    matching(buckets, true)
        .forEach((key, one) -> sum.add(key.labels().get("le"), one.window(now, seconds)));
    double answer = sum.quantile(q);
    return marked(histogram, answer, !Double.isNaN(answer));
  }

  @Override
  public double age(String selector) {
    double age =
        matching(selector, false).values().stream()
            .mapToDouble(one -> one.age(now))
            .min()
            .orElse(Double.NaN);
    return marked(selector, age, !Double.isNaN(age));
  }

  private double overWindows(
      String selector, double seconds, int least, ToDoubleFunction<FakeWindow> of) {
    List<FakeWindow> windows =
        matching(selector, true).values().stream()
            .map(one -> one.window(now, seconds))
            .filter(window -> window.size() >= least)
            .toList();
    return marked(selector, windows.stream().mapToDouble(of).sum(), !windows.isEmpty());
  }

  private double marked(String selector, double value, boolean answered) {
    if (!answered || Double.isNaN(value)) {
      missing.add(selector);
      return Double.NaN;
    }
    return value;
  }

  private List<FakeSeries> fresh(String selector) {
    return new ArrayList<>(matching(selector, true).values());
  }

  private Map<SeriesKey, FakeSeries> matching(String text, boolean freshOnly) {
    SeriesSelector selector = SeriesSelector.parse(text);
    String asked = requireNonNull(selector.name(), "A view is asked by metric name");
    Duration limit = interval.multipliedBy(3);
    Duration fresh = limit.compareTo(LEAST_FRESHNESS) > 0 ? limit : LEAST_FRESHNESS;
    Map<SeriesKey, FakeSeries> found = new TreeMap<>();
    for (String name : catalog.names(asked)) {
      var test = selector.withName(name).compile(FakeMetricView::noPatterns);
      series.forEach(
          (key, one) -> {
            boolean usable =
                !freshOnly || (one.age(now) <= fresh.toSeconds() && !StaleMarker.is(one.newest()));
            if (usable && test.test(key)) {
              found.put(key, one);
            }
          });
      if (!found.isEmpty()) {
        return found;
      }
    }
    return found;
  }

  private static java.util.function.Predicate<String> noPatterns(String pattern) {
    throw new MonitorException(
        ErrorCode.SELECTOR_MALFORMED,
        Blame.PLUGIN,
        "A view takes = and != only, found the pattern " + pattern);
  }
}
