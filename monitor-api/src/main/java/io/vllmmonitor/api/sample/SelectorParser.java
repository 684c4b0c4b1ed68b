package io.vllmmonitor.api.sample;

import static io.vllmmonitor.api.error.ErrorCode.SELECTOR_MALFORMED;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads one selector by recursive descent. Confined to the thread that makes it. */
final class SelectorParser {
  private static final int LONGEST = 10_000;

  private final String text;
  private int at;

  SelectorParser(String text) {
    this.text = text;
  }

  SeriesSelector parse() {
    if (text.length() > LONGEST) {
      throw wrong("at most " + LONGEST + " characters");
    }
    skipSpace();
    String name = at < text.length() && isNameStart(text.charAt(at)) ? name(true) : null;
    skipSpace();
    List<LabelMatcher> matchers = new ArrayList<>();
    if (at < text.length() && text.charAt(at) == '{') {
      at++;
      name = matchers(matchers, name);
    } else if (name == null) {
      throw wrong("a metric name or '{'");
    }
    skipSpace();
    if (at < text.length()) {
      throw wrong("the end");
    }
    return new SeriesSelector(name, matchers);
  }

  private @Nullable String matchers(List<LabelMatcher> into, @Nullable String name) {
    String metric = name;
    while (true) {
      skipSpace();
      if (take('}')) {
        return metric;
      }
      if (at >= text.length() || !isNameStart(text.charAt(at))) {
        throw wrong("a label name or '}'");
      }
      LabelMatcher matcher = matcher();
      if (matcher.label().equals("__name__")
          && matcher.operator() == LabelMatcher.Operator.EQUAL
          && metric == null) {
        metric = matcher.value();
      } else {
        into.add(matcher);
      }
      skipSpace();
      if (!take(',')) {
        if (take('}')) {
          return metric;
        }
        throw wrong("',' or '}'");
      }
    }
  }

  private LabelMatcher matcher() {
    String label = name(false);
    skipSpace();
    LabelMatcher.Operator operator = operator();
    skipSpace();
    return new LabelMatcher(label, operator, quoted());
  }

  private LabelMatcher.Operator operator() {
    for (LabelMatcher.Operator operator :
        List.of(
            LabelMatcher.Operator.MATCHES,
            LabelMatcher.Operator.NOT_MATCHES,
            LabelMatcher.Operator.NOT_EQUAL,
            LabelMatcher.Operator.EQUAL)) {
      if (text.startsWith(operator.sign(), at)) {
        at += operator.sign().length();
        return operator;
      }
    }
    throw wrong("one of =, !=, =~, !~");
  }

  private String quoted() {
    char quote = at < text.length() ? text.charAt(at) : 0;
    if (quote != '"' && quote != '\'') {
      throw wrong("a quoted value");
    }
    at++;
    StringBuilder value = new StringBuilder();
    while (at < text.length() && text.charAt(at) != quote) {
      char c = text.charAt(at++);
      value.append(c == '\\' ? escaped() : c);
    }
    if (!take(quote)) {
      throw wrong("the closing quote");
    }
    return value.toString();
  }

  private char escaped() {
    if (at >= text.length()) {
      throw wrong("a character after the backslash");
    }
    char c = text.charAt(at++);
    return switch (c) {
      case 'n' -> '\n';
      case 't' -> '\t';
      case 'r' -> '\r';
      case '\\', '"', '\'' -> c;
      default -> throw wrong("\\n, \\t, \\r, \\\\, \\\" or \\'");
    };
  }

  private String name(boolean colons) {
    int start = at;
    while (at < text.length() && isNamePart(text.charAt(at), colons)) {
      at++;
    }
    return text.substring(start, at);
  }

  private static boolean isNamePart(char c, boolean colons) {
    return (isNameStart(c) && (colons || c != ':')) || (c >= '0' && c <= '9');
  }

  private static boolean isNameStart(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':';
  }

  private boolean take(char wanted) {
    if (at < text.length() && text.charAt(at) == wanted) {
      at++;
      return true;
    }
    return false;
  }

  private void skipSpace() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }

  private MonitorException wrong(String expected) {
    String found = at < text.length() ? "'" + text.charAt(at) + "'" : "the end";
    return new MonitorException(
        SELECTOR_MALFORMED,
        Blame.OPERATOR,
        "Selector \""
            + (text.length() > 200 ? text.substring(0, 200) + "…" : text)
            + "\": found "
            + found
            + " at position "
            + at
            + ", expected "
            + expected
            + "; write name{label=\"value\"}");
  }
}
