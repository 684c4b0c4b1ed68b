package io.vllmmonitor.persistence.query;

import static io.vllmmonitor.api.error.ErrorCode.HTTP_BAD_REQUEST;
import static io.vllmmonitor.api.error.ErrorCode.QUERY_MALFORMED;
import static io.vllmmonitor.api.error.ErrorCode.QUERY_TOO_LARGE;
import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.api.sample.MetricSpec;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.store.SeriesStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The reading half of Prometheus over a series store: selectors, range selectors, functions over
 * ranges, numbers and arithmetic between numbers. Called by the HTTP layer from any thread;
 * thread-safe; each call may block on the disk for as long as the deadline.
 *
 * <p>A plain name is found under all names that the metric ever had (see {@link AliasedSeries});
 * {@code {__name__="x"}} means the stored name alone. A series has a value from its sample until
 * the lookback after it (both ends count, as in Prometheus 2) or its stale marker.
 *
 * <p>All methods throw {@link MonitorException}: QUERY_MALFORMED, QUERY_UNSUPPORTED,
 * QUERY_TOO_LARGE, QUERY_TIMEOUT, HTTP_BAD_REQUEST for a wrong parameter, and what the store
 * throws.
 */
public final class PromQuery {
  /**
   * What is known of a metric.
   *
   * @param type Prometheus' lower-case word
   * @param unit empty when there is none
   */
  public record Metadata(String type, String help, String unit) {
    public Metadata {
      requireNonNull(type, "type");
      requireNonNull(help, "help");
      requireNonNull(unit, "unit");
    }
  }

  private static final int KEPT_EXPRESSIONS = 64;

  private final AliasedSeries series;
  private final MetricCatalog catalog;
  private final QueryLimits limits;
  private final LongSupplier nanoTicker;
  private final RecentlyUsed<String, Expression> parsed = new RecentlyUsed<>(KEPT_EXPRESSIONS);

  /**
   * @param nanoTicker nanoseconds from any origin, such as {@code System::nanoTime}
   */
  public PromQuery(
      SeriesStore store, MetricCatalog catalog, QueryLimits limits, LongSupplier nanoTicker) {
    this.series = new AliasedSeries(store, catalog);
    this.catalog = requireNonNull(catalog, "catalog");
    this.limits = requireNonNull(limits, "limits");
    this.nanoTicker = requireNonNull(nanoTicker, "nanoTicker");
  }

  /** The value of an expression at one moment (to the millisecond). */
  public QueryResult instant(String expression, Instant time) {
    Deadline deadline = new Deadline(nanoTicker, limits.deadline());
    Expression asked = parse(expression);
    long at = time.toEpochMilli();
    if (asked instanceof Expression.NumberValue number) {
      return new QueryResult.ScalarResult(at, number.value());
    }
    if (asked instanceof Expression.TextValue text) {
      return new QueryResult.StringResult(at, text.value());
    }
    if (asked instanceof Expression.Function call) {
      return new RangeEvaluation(series, limits, deadline).value(call, at);
    }
    Expression.Series selector = (Expression.Series) asked;
    Evaluation evaluation = evaluation(deadline);
    return selector.range() > 0
        ? evaluation.samples(selector, at)
        : evaluation.values(selector, at);
  }

  /**
   * The values of an expression at every step from start to end, both included.
   *
   * @param step at least 1 ms
   */
  public QueryResult.MatrixResult range(
      String expression, Instant start, Instant end, Duration step) {
    Deadline deadline = new Deadline(nanoTicker, limits.deadline());
    Steps steps = steps(start, end, step);
    Expression asked = parse(expression);
    if (asked instanceof Expression.NumberValue number) {
      return new QueryResult.MatrixResult(List.of(steps.constant(number.value())));
    }
    if (asked instanceof Expression.Function call) {
      return new RangeEvaluation(series, limits, deadline).values(call, steps);
    }
    if (asked instanceof Expression.Series selector && selector.range() == 0) {
      return evaluation(deadline).values(selector, steps);
    }
    throw refused(
        QUERY_MALFORMED,
        "A range query evaluates a scalar or an instant vector, found a " + asked.type());
  }

  private Expression parse(String expression) {
    return parsed.get(expression, ExpressionParser::parse);
  }

  private Evaluation evaluation(Deadline deadline) {
    return new Evaluation(series, limits, deadline);
  }

  private Steps steps(Instant start, Instant end, Duration step) {
    long stepMillis = step.toMillis();
    if (stepMillis <= 0) {
      throw refused(HTTP_BAD_REQUEST, "Parameter 'step' is at least 1 ms, found " + step);
    }
    if (end.isBefore(start)) {
      throw refused(HTTP_BAD_REQUEST, "Parameter 'end' lies before 'start'");
    }
    long from = start.toEpochMilli();
    long to = end.toEpochMilli();
    if ((to - from) / stepMillis > limits.maxSteps()) {
      throw refused(
          QUERY_TOO_LARGE,
          "Exceeded the maximum resolution of "
              + limits.maxSteps()
              + " points per series; ask with a larger step");
    }
    return new Steps(from, stepMillis, (int) ((to - from) / stepMillis) + 1);
  }

  /**
   * The series that match any of the selectors and have a sample in the span.
   *
   * @param match at least one selector
   * @param from inclusive
   * @param to inclusive
   */
  public List<SeriesKey> series(List<String> match, Instant from, Instant to) {
    if (match.isEmpty()) {
      throw refused(HTTP_BAD_REQUEST, "Parameter 'match[]' is missing; give one selector or more");
    }
    SortedSet<SeriesKey> found = matching(match, from, to);
    if (found.size() > limits.maxSeries()) {
      throw refused(
          QUERY_TOO_LARGE,
          found.size() + " series match, at most " + limits.maxSeries() + "; narrow 'match[]'");
    }
    return List.copyOf(found);
  }

  /** The names of all labels of the matching series, sorted; of all series without a selector. */
  public List<String> labels(List<String> match, Instant from, Instant to) {
    SortedSet<String> names = new TreeSet<>();
    for (SeriesKey key : matching(match, from, to)) {
      names.add("__name__");
      key.labels().forEach((name, value) -> names.add(name));
    }
    return List.copyOf(names);
  }

  /** All values of one label ({@code __name__} included) among the matching series, sorted. */
  public List<String> labelValues(String label, List<String> match, Instant from, Instant to) {
    if (!label.matches("[a-zA-Z_][a-zA-Z0-9_]*")) {
      throw refused(
          HTTP_BAD_REQUEST, "'" + label + "' is no label name, expected letters, digits and '_'");
    }
    SortedSet<String> values = new TreeSet<>();
    for (SeriesKey key : matching(match, from, to)) {
      String value = label.equals("__name__") ? key.name() : key.labels().get(label);
      if (value != null) {
        values.add(value);
      }
    }
    return List.copyOf(values);
  }

  /**
   * What the sources declared, by family name and by every older name.
   *
   * @param metric only this name; null means all
   */
  public SortedMap<String, List<Metadata>> metadata(@Nullable String metric) {
    SortedMap<String, List<Metadata>> found = new TreeMap<>();
    for (MetricSpec spec : catalog.families()) {
      Metadata metadata = new Metadata(type(spec), spec.help(), spec.unit());
      List<String> names = new ArrayList<>(spec.aliases());
      names.add(spec.name());
      for (String name : names) {
        if (metric == null || metric.equals(name)) {
          found.putIfAbsent(name, List.of(metadata));
        }
      }
    }
    return found;
  }

  private static String type(MetricSpec spec) {
    return switch (spec.kind()) {
      case COUNTER -> "counter";
      case GAUGE -> "gauge";
      case HISTOGRAM -> "histogram";
      case SUMMARY -> "summary";
      case UNKNOWN -> "unknown";
    };
  }

  private SortedSet<SeriesKey> matching(List<String> match, Instant from, Instant to) {
    Deadline deadline = new Deadline(nanoTicker, limits.deadline());
    if (to.isBefore(from)) {
      throw refused(HTTP_BAD_REQUEST, "Parameter 'end' lies before 'start'");
    }
    List<Expression.Series> selectors = match.stream().map(PromQuery::selector).toList();
    SortedSet<SeriesKey> found = new TreeSet<>();
    if (selectors.isEmpty()) {
      found.addAll(series.series(SeriesSelector.all(), from, to));
    }
    for (Expression.Series selector : selectors) {
      found.addAll(
          selector.exact()
              ? series.seriesExactly(selector.selector(), from, to)
              : series.series(selector.selector(), from, to));
      deadline.check();
    }
    return found;
  }

  private static Expression.Series selector(String match) {
    Expression parsed = ExpressionParser.parse(match);
    if (parsed instanceof Expression.Series selector
        && !match.stripLeading().startsWith("(")
        && selector.range() == 0
        && selector.offset() == 0
        && selector.fixedAt() == null) {
      return selector;
    }
    throw refused(
        QUERY_MALFORMED, "Parameter 'match[]' is a plain selector, found '" + match + "'");
  }

  private static MonitorException refused(ErrorCode code, String message) {
    return new MonitorException(code, Blame.OPERATOR, message);
  }
}
