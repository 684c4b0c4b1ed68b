package io.vllmmonitor.persistence.query;

import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.LabelMatcher;
import io.vllmmonitor.api.sample.SeriesSelector;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads a selector inside an expression: name, matchers, range, offset and {@code @}. Confined to
 * one parse.
 */
final class SelectorReader {
  private static final Set<String> NOT_NAMES =
      Set.of("bool", "on", "ignoring", "group_left", "group_right", "atan2");
  private static final Set<String> AGGREGATIONS =
      Set.of(
          "avg",
          "bottomk",
          "count",
          "count_values",
          "group",
          "limitk",
          "limit_ratio",
          "max",
          "min",
          "quantile",
          "stddev",
          "stdvar",
          "sum",
          "topk");
  private static final Set<String> VECTOR_MATCHING =
      Set.of("bool", "on", "ignoring", "group_left", "group_right");

  private final TextCursor cursor;

  SelectorReader(TextCursor cursor) {
    this.cursor = cursor;
  }

  /** From the name on, with everything that belongs to it. */
  Expression.Series named() {
    return modified(name());
  }

  /** From the opening brace on, without a name before it. */
  Expression.Series matchersOnly() {
    return modified(matchers(null));
  }

  private Expression.Series name() {
    int position = cursor.position();
    String name = cursor.word();
    String lower = name.toLowerCase(Locale.ROOT);
    cursor.skipBlank();
    boolean call = cursor.peek() == '(';
    String next = cursor.peekWord().toLowerCase(Locale.ROOT);
    if (AGGREGATIONS.contains(lower) && (call || next.equals("by") || next.equals("without"))) {
      throw cursor.unsupported(position, "the aggregation '" + name + "'");
    }
    if (VECTOR_MATCHING.contains(lower)) {
      throw cursor.unsupported(position, "vector matching with '" + name + "'");
    }
    if (NOT_NAMES.contains(lower)) {
      throw cursor.wrong(position, "'" + name + "' is a keyword, expected a metric name");
    }
    if (call) {
      throw cursor.unsupported(position, "the function '" + name + "'");
    }
    return cursor.peek() == '{'
        ? matchers(name)
        : Expression.Series.of(SeriesSelector.ofName(name), false);
  }

  private Expression.Series matchers(@Nullable String name) {
    int start = cursor.position();
    cursor.expect("{", "'{'");
    List<LabelMatcher> matchers = new ArrayList<>();
    boolean selective = name != null;
    while (true) {
      cursor.skipBlank();
      if (cursor.take("}")) {
        break;
      }
      LabelMatcher matcher = matcher(name);
      selective |= !passesWithoutLabel(matcher);
      matchers.add(matcher);
      cursor.skipBlank();
      if (!cursor.take(",")) {
        cursor.expect("}", "',' or '}'");
        break;
      }
    }
    if (!selective) {
      throw cursor.wrong(
          start,
          "a selector needs a name or at least one matcher that does not match the empty text,"
              + " such as {job=~\".+\"}");
    }
    return selector(name, matchers);
  }

  /** A name that was given as an equality becomes the selector's, and is meant exactly. */
  private static Expression.Series selector(@Nullable String name, List<LabelMatcher> matchers) {
    if (name != null) {
      return Expression.Series.of(new SeriesSelector(name, matchers), false);
    }
    for (LabelMatcher matcher : matchers) {
      if (matcher.label().equals("__name__") && matcher.operator() == LabelMatcher.Operator.EQUAL) {
        List<LabelMatcher> others = new ArrayList<>(matchers);
        others.remove(matcher);
        return Expression.Series.of(new SeriesSelector(matcher.value(), others), true);
      }
    }
    return Expression.Series.of(new SeriesSelector(null, matchers), true);
  }

  private LabelMatcher matcher(@Nullable String name) {
    int position = cursor.position();
    char c = cursor.peek();
    if (c == '"' || c == '\'' || c == '`') {
      throw cursor.unsupported(position, "a quoted name");
    }
    String label = cursor.word();
    if (label.isEmpty() || label.indexOf(':') >= 0) {
      throw cursor.malformedAt(position, "a label name or '}'");
    }
    if (name != null && label.equals("__name__")) {
      throw cursor.wrong(position, "the metric name is given twice, outside and inside the braces");
    }
    cursor.skipBlank();
    LabelMatcher.Operator operator = operator();
    cursor.skipBlank();
    int valueAt = cursor.position();
    String value = cursor.quoted();
    if (operator == LabelMatcher.Operator.MATCHES
        || operator == LabelMatcher.Operator.NOT_MATCHES) {
      checkPattern(valueAt, value);
    }
    return new LabelMatcher(label, operator, value);
  }

  private void checkPattern(int position, String pattern) {
    try {
      LabelPatterns.compile(pattern);
    } catch (MonitorException e) {
      throw cursor.wrong(position, String.valueOf(e.getMessage()));
    }
  }

  private LabelMatcher.Operator operator() {
    if (cursor.take("=~")) {
      return LabelMatcher.Operator.MATCHES;
    }
    if (cursor.take("!~")) {
      return LabelMatcher.Operator.NOT_MATCHES;
    }
    if (cursor.take("!=")) {
      return LabelMatcher.Operator.NOT_EQUAL;
    }
    if (cursor.take("=")) {
      return LabelMatcher.Operator.EQUAL;
    }
    throw cursor.malformed("one of =, !=, =~, !~");
  }

  /**
   * Whether a series without the label would pass, so that the matcher selects nothing by itself.
   */
  private static boolean passesWithoutLabel(LabelMatcher matcher) {
    String value = matcher.value();
    Predicate<String> test =
        switch (matcher.operator()) {
          case EQUAL -> value::equals;
          case NOT_EQUAL -> text -> !value.equals(text);
          case MATCHES -> LabelPatterns.compile(value);
          case NOT_MATCHES -> LabelPatterns.compile(value).negate();
        };
    return test.test("");
  }

  private Expression.Series modified(Expression.Series selector) {
    Expression.Series series = selector;
    cursor.skipBlank();
    if (cursor.peek() == '[') {
      series = series.withRange(range());
    }
    boolean offset = false;
    while (true) {
      cursor.skipBlank();
      int position = cursor.position();
      if (cursor.peekWord().equalsIgnoreCase("offset")) {
        if (offset) {
          throw cursor.wrong(position, "the offset is given twice");
        }
        offset = true;
        cursor.word();
        series = series.withOffset(signedDuration());
      } else if (cursor.peek() == '@') {
        if (series.fixedAt() != null) {
          throw cursor.wrong(position, "'@' is given twice");
        }
        cursor.take("@");
        series = series.withFixedAt(moment());
      } else if (cursor.peek() == '[') {
        throw misplacedBrackets();
      } else {
        return series;
      }
    }
  }

  /** The brackets after a selector. */
  private long range() {
    int position = cursor.position();
    cursor.expect("[", "'['");
    cursor.skipBlank();
    int durationAt = cursor.position();
    long millis = cursor.duration();
    cursor.skipBlank();
    if (cursor.peek() == ':') {
      throw cursor.unsupported(position, "a subquery");
    }
    if (millis == 0) {
      throw cursor.wrong(durationAt, "a range is more than 0");
    }
    cursor.expect("]", "']'");
    return millis;
  }

  private long signedDuration() {
    cursor.skipBlank();
    boolean negative = cursor.take("-");
    if (!negative) {
      cursor.take("+");
    }
    cursor.skipBlank();
    long millis = cursor.duration();
    return negative ? -millis : millis;
  }

  private long moment() {
    cursor.skipBlank();
    int position = cursor.position();
    String word = cursor.peekWord();
    if (word.equals("start") || word.equals("end")) {
      throw cursor.unsupported(position, "'@ " + word + "()'");
    }
    boolean negative = cursor.take("-");
    if (!negative) {
      cursor.take("+");
    }
    cursor.skipBlank();
    if (!cursor.atNumber()) {
      throw cursor.malformed("Unix seconds after '@'");
    }
    double seconds = cursor.number();
    double millis = (negative ? -seconds : seconds) * 1_000;
    if (Math.abs(millis) > PromTime.LATEST.toEpochMilli()) {
      throw cursor.wrong(position, "the time after '@' is out of range");
    }
    return Math.round(millis);
  }

  /** Brackets where no range may stand: a subquery, or an error. */
  MonitorException misplacedBrackets() {
    int position = cursor.position();
    cursor.expect("[", "'['");
    cursor.skipBlank();
    cursor.duration();
    cursor.skipBlank();
    if (cursor.peek() == ':') {
      return cursor.unsupported(position, "a subquery");
    }
    return cursor.wrong(position, "a range belongs directly behind a selector, and only once");
  }
}
