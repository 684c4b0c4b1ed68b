package io.vllmmonitor.core.view;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.StaleMarker;
import io.vllmmonitor.api.target.TargetId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleBinaryOperator;
import java.util.function.ToDoubleFunction;

/** A view on windows at one instant. */
final class WindowView implements RecordingView {
  private static final int MOST_EVIDENCE = 50;
  private static final int MOST_LISTED = 10;
  private static final double LONGEST_SECONDS = 3_600;
  private static final String BUCKET = "_bucket";

  private final TargetId target;
  private final Instant at;
  private final boolean firing;
  private final TimeRing ring;
  private final SelectorIndex index;
  private final long atMillis;
  private final int newest; // position of the newest scrape that is seen, or -1
  private final int freshFrom; // position of the oldest scrape that is fresh
  private final Set<String> missing = new LinkedHashSet<>();
  private final Map<String, Double> evidence = new LinkedHashMap<>();

  WindowView(
      TargetId target,
      Instant at,
      boolean firing,
      long freshMillis,
      TimeRing ring,
      SelectorIndex index) {
    this.target = target;
    this.at = requireNonNull(at, "at");
    this.firing = firing;
    this.ring = ring;
    this.index = index;
    this.atMillis = at.toEpochMilli();
    this.newest = ring.lastUntil(atMillis);
    this.freshFrom = ring.firstFrom(atMillis - freshMillis);
  }

  @Override
  public TargetId target() {
    return target;
  }

  @Override
  public Instant now() {
    return at;
  }

  @Override
  public boolean firing() {
    return firing;
  }

  @Override
  public boolean has(String selector) {
    return !fresh(selector, "").isEmpty();
  }

  @Override
  public double value(String selector) {
    return answered(selector, newestOf(selector));
  }

  @Override
  public double valueOr(String selector, double fallback) {
    double value = newestOf(selector);
    if (Double.isNaN(value)) {
      return fallback;
    }
    return answered(selector, value);
  }

  private double newestOf(String selector) {
    List<SeriesColumn> found = fresh(selector, "");
    if (found.size() > 1) {
      throw ambiguous(selector, found);
    }
    return found.isEmpty() ? Double.NaN : newestValue(found.get(0));
  }

  @Override
  public double sum(String selector) {
    return folded("sum", selector, Double::sum);
  }

  @Override
  public double max(String selector) {
    return folded("max", selector, Math::max);
  }

  @Override
  public double min(String selector) {
    return folded("min", selector, Math::min);
  }

  private double folded(String function, String selector, DoubleBinaryOperator fold) {
    double result = Double.NaN;
    boolean any = false;
    for (SeriesColumn column : fresh(selector, "")) {
      double value = newestValue(column);
      result = any ? fold.applyAsDouble(result, value) : value;
      any = true;
    }
    return answered(function + "(" + selector + ")", result);
  }

  @Override
  public double mean(String selector, double seconds) {
    double sum = 0;
    long count = 0;
    for (Stretch window : windows(selector, "", seconds, 1)) {
      sum += window.sum();
      count += window.size();
    }
    return answered(question("mean", selector, seconds), sum / count); // 0 / 0 is NaN
  }

  @Override
  public double increase(String selector, double seconds) {
    return summed("increase", selector, seconds, 2, Stretch::increase);
  }

  @Override
  public double rate(String selector, double seconds) {
    return summed("rate", selector, seconds, 2, Stretch::rate);
  }

  @Override
  public double slope(String selector, double seconds) {
    return summed("slope", selector, seconds, 3, Stretch::slope);
  }

  private double summed(
      String function,
      String selector,
      double seconds,
      int least,
      ToDoubleFunction<Stretch> compute) {
    List<Stretch> windows = windows(selector, "", seconds, least);
    double sum = windows.isEmpty() ? Double.NaN : 0;
    for (Stretch window : windows) {
      sum += compute.applyAsDouble(window);
    }
    return answered(question(function, selector, seconds), sum);
  }

  @Override
  public double quantile(String histogram, double q, double seconds) {
    if (!(q >= 0 && q <= 1)) {
      throw new IllegalArgumentException(
          "A quantile is from 0 to 1, found " + q + "; write 0.95 for the 95th percentile");
    }
    HistogramQuantile sum = new HistogramQuantile();
    for (Stretch window : windows(histogram, BUCKET, seconds, 2)) {
      sum.add(window.column().key().labels().get("le"), window.increase());
    }
    return answered(
        "quantile(" + histogram + ", " + plain(q) + ", " + plain(seconds) + "s)", sum.quantile(q));
  }

  @Override
  public double age(String selector) {
    long youngest = Long.MIN_VALUE;
    for (SeriesColumn column : index.find(selector, "", one -> newestMillis(one) >= 0)) {
      youngest = Math.max(youngest, newestMillis(column));
    }
    return answered(
        "age(" + selector + ")",
        youngest == Long.MIN_VALUE ? Double.NaN : (atMillis - youngest) / 1000.0);
  }

  @Override
  public List<String> missing() {
    return List.copyOf(missing);
  }

  @Override
  public Map<String, Double> evidence() {
    return Collections.unmodifiableMap(new LinkedHashMap<>(evidence));
  }

  @Override
  public Instant oldest() {
    return newest < 0 ? at : Instant.ofEpochMilli(ring.oldest());
  }

  /** Records an answer; one that is no number marks the evaluation. */
  private double answered(String question, double value) {
    if (Double.isNaN(value)) {
      missing.add(question);
      return Double.NaN;
    }
    if (evidence.size() < MOST_EVIDENCE || evidence.containsKey(question)) {
      evidence.put(question, value);
    }
    return value;
  }

  private List<SeriesColumn> fresh(String selector, String suffix) {
    return index.find(selector, suffix, column -> newestFresh(column) >= 0);
  }

  /** The position of the newest sample while it is fresh; -1 when there is none or it ended. */
  private int newestFresh(SeriesColumn column) {
    for (int position = newest; position >= freshFrom; position--) {
      int slot = ring.slot(position);
      if (column.has(slot)) {
        return StaleMarker.is(column.value(slot)) ? -1 : position;
      }
    }
    return -1;
  }

  private double newestValue(SeriesColumn column) {
    int position = newestFresh(column);
    return position < 0 ? Double.NaN : column.value(ring.slot(position));
  }

  /** When the newest sample was taken, however old; -1 when none is held. */
  private long newestMillis(SeriesColumn column) {
    for (int position = newest; position >= 0; position--) {
      int slot = ring.slot(position);
      if (column.has(slot) && !StaleMarker.is(column.value(slot))) {
        return ring.time(position);
      }
    }
    return -1;
  }

  private List<Stretch> windows(String selector, String suffix, double seconds, int least) {
    double reach = Math.min(seconds, LONGEST_SECONDS);
    int first = ring.firstFrom(atMillis - Math.round(reach * 1000));
    List<Stretch> windows = new ArrayList<>();
    for (SeriesColumn column : fresh(selector, suffix)) {
      Stretch window = new Stretch(ring, column, first, newest);
      if (window.size() >= least) {
        windows.add(window);
      }
    }
    return windows;
  }

  private static MonitorException ambiguous(String selector, List<SeriesColumn> found) {
    List<String> names =
        found.stream().map(column -> column.key().toString()).sorted().limit(MOST_LISTED).toList();
    int more = found.size() - names.size();
    return new MonitorException(
        ErrorCode.SELECTOR_AMBIGUOUS,
        Blame.PLUGIN,
        found.size()
            + " series match "
            + selector
            + ": "
            + String.join(", ", names)
            + (more > 0 ? " and " + more + " more" : "")
            + "; use sum, max or a label");
  }

  private static String question(String function, String selector, double seconds) {
    return function + "(" + selector + ", " + plain(seconds) + "s)";
  }

  private static String plain(double number) {
    return number == Math.rint(number) && Math.abs(number) < 1e9
        ? Long.toString(Math.round(number))
        : Double.toString(number);
  }
}
