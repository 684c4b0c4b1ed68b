package io.vllmmonitor.persistence.query;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Multiplies the counts of nested repetitions in a pattern, {@code ((a{10}){20}){30}} to 6,000,
 * before the pattern is compiled. Needs no more of the syntax than groups, classes, escapes and
 * counts; a malformed pattern gets some number and is refused by the compiler later.
 */
final class RepetitionCount {
  private static final long ENOUGH = 1_000_000_000L;

  private final String pattern;
  private int at;

  private RepetitionCount(String pattern) {
    this.pattern = pattern;
  }

  static long of(String pattern) {
    return new RepetitionCount(pattern).count();
  }

  private long count() {
    Deque<Long> enclosing = new ArrayDeque<>();
    long most = 1; // largest product inside the group being read
    long atom = 1; // product of the atom just read
    while (at < pattern.length()) {
      char c = pattern.charAt(at++);
      switch (c) {
        case '(' -> {
          enclosing.push(most);
          most = 1;
          atom = 1;
        }
        case ')' -> {
          atom = most;
          most = Math.max(most, enclosing.isEmpty() ? 1 : enclosing.pop());
        }
        case '{' -> {
          atom = Math.min(ENOUGH, atom * repetition());
          most = Math.max(most, atom);
        }
        case '\\' -> {
          escape();
          atom = 1;
        }
        case '[' -> {
          characterClass();
          atom = 1;
        }
        case '*', '+', '?' -> {} // repeats the same atom without copies
        default -> atom = 1;
      }
    }
    return most;
  }

  /** The larger number of {@code {n}}, {@code {n,}} or {@code {n,m}}; 1 when it is none. */
  private long repetition() {
    int end = pattern.indexOf('}', at);
    if (end < 0) {
      return 1;
    }
    long largest = 1;
    for (String number : pattern.substring(at, end).split(",", -1)) {
      if (number.isEmpty()) {
        continue;
      }
      if (number.length() > 6 || !number.chars().allMatch(c -> c >= '0' && c <= '9')) {
        return 1;
      }
      largest = Math.max(largest, Long.parseLong(number));
    }
    at = end + 1;
    return largest;
  }

  private void escape() {
    if (pattern.startsWith("Q", at)) {
      int end = pattern.indexOf("\\E", at);
      at = end < 0 ? pattern.length() : end + 2;
    } else if (pattern.startsWith("p{", at)
        || pattern.startsWith("P{", at)
        || pattern.startsWith("x{", at)) {
      int end = pattern.indexOf('}', at);
      at = end < 0 ? pattern.length() : end + 1;
    } else {
      at++;
    }
  }

  private void characterClass() {
    if (at < pattern.length() && pattern.charAt(at) == '^') {
      at++;
    }
    if (at < pattern.length() && pattern.charAt(at) == ']') {
      at++; // a bracket in the first place is itself
    }
    while (at < pattern.length()) {
      char c = pattern.charAt(at++);
      if (c == '\\') {
        at++;
      } else if (c == '[' && pattern.startsWith(":", at)) {
        int end = pattern.indexOf(":]", at + 1);
        at = end < 0 ? at : end + 2;
      } else if (c == ']') {
        return;
      }
    }
  }
}
