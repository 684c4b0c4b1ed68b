package io.vllmmonitor.core.script;

import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What Java has and Janino's dialect lacks, each with an example and what to write instead. The
 * order counts where a line could be several: the first that matches is taken.
 */
enum DialectGap {
  SWITCH_EXPRESSION(
      "switch expressions are not in this dialect; use case … : with break",
      "(= |return )switch|\\bcase\\b.*->|\\bdefault\\s*->|\\byield\\b",
      "int n = switch (k) { case 1 -> 10; default -> 0; };",
      "int n; switch (k) { case 1: n = 10; break; default: n = 0; }"),
  LAMBDA(
      "lambdas are not in this dialect; write a nested class",
      "->",
      "list.sort((a, b) -> Double.compare((Double) b, (Double) a));",
      "list.sort(new Comparator() { public int compare(Object a, Object b)"
          + " { return Double.compare((Double) b, (Double) a); } });"),
  METHOD_REFERENCE(
      "method references are not in this dialect; write a nested class",
      "\\w::\\w",
      "ToDoubleFunction<Double> f = Double::doubleValue;",
      "ToDoubleFunction f = new ToDoubleFunction() { public double applyAsDouble(Object x)"
          + " { return ((Double) x).doubleValue(); } };"),
  VAR(
      "'var' is not in this dialect; write the type",
      "\\bvar\\s",
      "var names = new ArrayList<String>();",
      "List names = new ArrayList();"),
  RECORD(
      "records are not in this dialect; write a class",
      "\\brecord\\s+\\w+\\s*(<.*>)?\\s*\\(",
      "record Point(double at, double value) {}",
      "static class Point { final double at; final double value;"
          + " Point(double at, double value) { this.at = at; this.value = value; } }"),
  PATTERN_INSTANCEOF(
      "pattern instanceof is not in this dialect; test, then cast",
      "\\binstanceof\\s+(final\\s+)?[\\w.<>?]+\\s+\\w+",
      "if (o instanceof String s && s.isEmpty()) { k = 1; }",
      "if (o instanceof String) { String s = (String) o; if (s.isEmpty()) { k = 1; } }"),
  SEALED(
      "sealed types are not in this dialect; leave the word out",
      "\\bsealed\\s|\\bpermits\\s|non-sealed",
      "sealed interface Shape permits Round {} static final class Round implements Shape {}",
      "interface Shape {} static final class Round implements Shape {}"),
  TRY_WITH_RESOURCES(
      "try with resources is not in this dialect; a dropped source has nothing to close",
      "\\btry\\s*\\(",
      "try (AutoCloseable c = null) { k = 1; } catch (Exception e) { k = 2; }",
      "try { k = 1; } catch (RuntimeException e) { k = 2; }"),
  MULTI_CATCH(
      "a catch of several types is not in this dialect; write one catch per type",
      "\\bcatch\\s*\\([^)]*\\|",
      "try { k = 1; } catch (IllegalStateException | ArithmeticException e) { k = 2; }",
      "try { k = 1; } catch (IllegalStateException e) { k = 2; }"
          + " catch (ArithmeticException e) { k = 2; }"),
  JUMP_OUT_OF_FINALLY(
      "a jump out of a try with finally is not in this dialect; keep the value in a variable, and"
          + " return, break or continue after the try",
      "\\bfinally\\b",
      "for (;;) { try { k = 1; break; } finally { k = 2; } }",
      "for (;;) { try { k = 1; } finally { k = 2; } break; }"),
  GENERICS(
      "generics are erased in this dialect; cast what comes out of a collection",
      "\\)\\s*\\.\\w+\\(",
      "List<String> l = new ArrayList<String>(); l.add(\"x\"); int n = l.get(0).length();",
      "List l = new ArrayList(); l.add(\"x\"); int n = ((String) l.get(0)).length();");

  private static final int LONGEST_LINE = 500;

  private final String advice;
  private final Pattern pattern;
  private final String before;
  private final String after;

  DialectGap(String advice, String pattern, String before, String after) {
    this.advice = advice;
    this.pattern = Pattern.compile(pattern);
    this.before = before;
    this.after = after;
  }

  /** What the gap is, in words. */
  String advice() {
    return advice;
  }

  /** Java that the dialect lacks; statements, except for types. */
  String before() {
    return before;
  }

  /** The same in the dialect. */
  String after() {
    return after;
  }

  /** Whether the examples are members of a class; else they are statements. */
  boolean isMember() {
    return this == RECORD || this == SEALED;
  }

  /** What to do, with an example. */
  String hint() {
    return advice
        + ". Instead of `"
        + before.replaceAll("\\s+", " ")
        + "` write `"
        + after
        + "`. A daemon that runs on a JDK takes the whole language";
  }

  /**
   * What the dialect lacks, guessed from where the compiler stopped.
   *
   * @param line the line that it names
   * @param next the line after it: it sometimes names the end of what went well
   */
  static Optional<DialectGap> of(String line, String next, String message) {
    boolean erased =
        message.contains("Object")
            || message.contains("cast")
            || (message.contains("not declared in") && GENERICS.pattern.matcher(line).find());
    return matching(line)
        .or(() -> matching(next))
        .or(() -> erased ? Optional.of(GENERICS) : Optional.empty());
  }

  private static Optional<DialectGap> matching(String line) {
    String start = line.length() > LONGEST_LINE ? line.substring(0, LONGEST_LINE) : line;
    return Arrays.stream(values())
        .filter(gap -> gap != JUMP_OUT_OF_FINALLY && gap != GENERICS)
        .filter(gap -> gap.pattern.matcher(start).find())
        .findFirst();
  }
}
