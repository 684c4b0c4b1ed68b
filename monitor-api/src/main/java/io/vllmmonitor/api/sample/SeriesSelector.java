package io.vllmmonitor.api.sample;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Names a set of series: a metric name, label matchers, or both, as in {@code
 * vllm:num_requests_waiting_by_reason{reason="capacity"}}. Immutable.
 *
 * @param name the exact metric name, or null when only the matchers choose
 */
public record SeriesSelector(@Nullable String name, List<LabelMatcher> matchers) {
  public SeriesSelector {
    matchers = List.copyOf(matchers);
  }

  /** Every series of this name. */
  public static SeriesSelector ofName(String name) {
    return new SeriesSelector(requireNonNull(name, "name"), List.of());
  }

  /** Every series there is. */
  public static SeriesSelector all() {
    return new SeriesSelector(null, List.of());
  }

  /**
   * Reads a selector in Prometheus' spelling.
   *
   * @throws io.vllmmonitor.api.error.MonitorException SELECTOR_MALFORMED with the position of the
   *     first wrong character
   */
  public static SeriesSelector parse(String text) {
    return new SelectorParser(text).parse();
  }

  /** The same selector with one more condition. */
  public SeriesSelector and(LabelMatcher matcher) {
    List<LabelMatcher> more = new ArrayList<>(matchers);
    more.add(matcher);
    return new SeriesSelector(name, more);
  }

  /** The same conditions on another metric name. */
  public SeriesSelector withName(@Nullable String other) {
    return new SeriesSelector(other, matchers);
  }

  /**
   * The test for series keys.
   *
   * @param patterns compiles a pattern into a test of a whole value; the caller brings a
   *     linear-time engine
   */
  public Predicate<SeriesKey> compile(Function<String, Predicate<String>> patterns) {
    Predicate<SeriesKey> test = key -> name == null || name.equals(key.name());
    for (LabelMatcher matcher : matchers) {
      Predicate<String> value = valueTest(matcher, patterns);
      test = test.and(key -> value.test(valueOf(key, matcher.label())));
    }
    return test;
  }

  private static Predicate<String> valueTest(
      LabelMatcher matcher, Function<String, Predicate<String>> patterns) {
    String wanted = matcher.value();
    return switch (matcher.operator()) {
      case EQUAL -> wanted::equals;
      case NOT_EQUAL -> value -> !wanted.equals(value);
      case MATCHES -> patterns.apply(wanted);
      case NOT_MATCHES -> patterns.apply(wanted).negate();
    };
  }

  private static String valueOf(SeriesKey key, String label) {
    if (label.equals("__name__")) {
      return key.name();
    }
    String value = key.labels().get(label);
    return value == null ? "" : value;
  }

  /** In Prometheus' spelling; {@link #parse} reads it back. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(name == null ? "" : name);
    if (!matchers.isEmpty() || name == null) {
      text.append('{');
      for (int i = 0; i < matchers.size(); i++) {
        text.append(i == 0 ? "" : ",").append(matchers.get(i));
      }
      text.append('}');
    }
    return text.toString();
  }
}
