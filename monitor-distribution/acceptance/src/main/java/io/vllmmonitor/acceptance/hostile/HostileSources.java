package io.vllmmonitor.acceptance.hostile;

import io.vllmmonitor.acceptance.hostile.HostileInput.Kind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Guardrail sources that somebody could drop. */
final class HostileSources {
  private static final String NEVER = "return Verdict.pass();";
  private static final int MEGABYTE = 1_000_000;
  private static final int PARENTHESES = 3_000;

  private final List<HostileInput> inputs = new ArrayList<>();

  private HostileSources() {}

  static List<HostileInput> all() {
    HostileSources sources = new HostileSources();
    sources.gates();
    sources.forbidden();
    sources.budgets();
    sources.duplicate();
    return sources.inputs;
  }

  private void gates() {
    text("empty-source", "an empty file", Expected.SOURCE_HEADER, "");
    text("no-java", "a letter to a friend", Expected.SOURCE_HEADER, "Dear friend,\n\nhow are you?");
    text(
        "wrong-header",
        "a header with a key that is none",
        Expected.SOURCE_HEADER,
        good("wrong-header").replace("version:", "wersion:"));
    text(
        "wrong-source-id",
        "a header with an id that is none",
        Expected.SOURCE_HEADER,
        good("wrong-source-id").replace("id: wrong", "id: WRONG"));
    text(
        "megabyte",
        "1 MB of text",
        Expected.SOURCE_TOO_LARGE,
        good("megabyte") + "// " + "x".repeat(MEGABYTE));
    text(
        "parentheses",
        "3,000 nested parentheses",
        Expected.SOURCE_COMPILE,
        source(
            "parentheses",
            "",
            "int x = "
                + "(".repeat(PARENTHESES)
                + "1"
                + ")".repeat(PARENTHESES)
                + "; return Verdict.pass();"));
    text(
        "no-compile",
        "a line that is no Java",
        Expected.SOURCE_COMPILE,
        source("no-compile", "", "int x = ; return Verdict.pass();"));
    text(
        "no-guardrail",
        "a class that implements nothing",
        Expected.SOURCE_KIND,
        """
        /*
         * id: no-guardrail
         * version: 1.0.0
         * description: none
         */
        public class NoGuardrail { }
        """);
    byte[] latin =
        good("not-utf-8").replace("a proof", "Jürg").getBytes(StandardCharsets.ISO_8859_1);
    add("not-utf-8", "text that is not UTF-8", Expected.SOURCE_UNREADABLE, Wave.GATE, true, latin);
  }

  private void forbidden() {
    forbid("reflection", "reflection", "Object o = view.getClass().getDeclaredMethods();");
    forbid(
        "class-loading",
        "a class by its name",
        "try { Class.forName(\"java.lang.Runtime\"); } catch (Exception e) { }");
    forbid("file-access", "a file", "java.io.File f = new java.io.File(\"/etc/passwd\");");
    forbid(
        "network-access",
        "the network",
        "try { new java.net.Socket(\"127.0.0.1\", 1); } catch (Exception e) { }");
    forbid("source-exit", "System.exit", "System.exit(7);");
    forbid("source-halt", "Runtime.halt", "Runtime.getRuntime().halt(7);");
    forbid("source-thread", "a thread", "new Thread().start();");
    forbid("source-process", "a process", "new ProcessBuilder(new String[] {\"true\"});");
    forbid(
        "regex-bomb",
        "a regular expression that backtracks for ever",
        "boolean b = java.util.regex.Pattern.matches(\"(a+)+b\", \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\");");
    forbid(
        "regex-bomb-of-string",
        "the same by String.matches",
        "boolean b = \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\".matches(\"(a+)+b\");");
    forbid("source-property", "a system property", "String s = System.getProperty(\"user.home\");");
  }

  private void budgets() {
    exhaust("source-spin", "while (true)", "", "while (true) { }");
    exhaust(
        "source-catch-all",
        "a loop that catches everything",
        "",
        "while (true) { try { while (true) { } } catch (Throwable t) { } }");
    exhaust(
        "source-recursion",
        "a recursion of 2^60 calls",
        "private void g(int n) { if (n > 0) { g(n - 1); g(n - 1); } }",
        "g(60); return Verdict.pass();");
    exhaust(
        "source-endless-recursion",
        "a recursion without end",
        "private void f() { f(); }",
        "f(); return Verdict.pass();");
    exhaust(
        "source-allocation",
        "a list of large arrays",
        "",
        "List l = new ArrayList(); while (true) { l.add(new double[60000]); }");
    exhaust(
        "source-large-array",
        "an array of 2 billion numbers",
        "",
        "double[] d = new double[2000000000]; return Verdict.pass();");
    exhaust(
        "source-text",
        "text that doubles",
        "",
        "StringBuilder b = new StringBuilder(\"x\"); while (true) { b.append(b); }");
    add(
        "source-spin-at-start",
        "while (true) in the constructor",
        Expected.SOURCE_BUDGET_AT_START,
        Wave.START,
        true,
        bytes(
            source(
                "source-spin-at-start",
                "public " + type("source-spin-at-start") + "() { while (true) { } }",
                NEVER)));
    add(
        "source-throws",
        "an exception",
        Expected.SOURCE_FAILING_CALL,
        Wave.CALL,
        true,
        bytes(source("source-throws", "", "throw new IllegalStateException(\"made up\");")));
    add(
        "source-null",
        "null instead of a verdict",
        Expected.SOURCE_FAILING_CALL,
        Wave.CALL,
        true,
        bytes(source("source-null", "", "return null;")));
  }

  /** A second file that brings an id which runs already. */
  private void duplicate() {
    String name = "source-twice";
    String second = type(name) + "Again.java";
    inputs.add(
        new HostileInput(
            name,
            "the id of another file",
            Kind.SOURCE,
            Expected.SAME_ID,
            Wave.COPY,
            true,
            List.of(second, type(name) + ".java"),
            Set.of(),
            place -> {
              HostileInput.put(place.sources(), type(name) + ".java", bytes(good(name)));
              place.awaitLive(name);
              HostileInput.put(place.sources(), second, bytes(good(name) + "// and once more\n"));
            }));
  }

  private void forbid(String name, String what, String statements) {
    text(name, what, Expected.SOURCE_FORBIDDEN, source(name, "", statements + " " + NEVER));
  }

  private void exhaust(String name, String what, String members, String statements) {
    add(
        name,
        what,
        Expected.SOURCE_BUDGET,
        Wave.CALL,
        true,
        bytes(source(name, members, statements)));
  }

  private void text(String name, String what, Expected expected, String text) {
    add(name, what, expected, Wave.GATE, true, bytes(text));
  }

  private void add(
      String name, String what, Expected expected, Wave wave, boolean brief, byte[] bytes) {
    String file = type(name) + ".java";
    inputs.add(
        new HostileInput(
            name,
            what,
            Kind.SOURCE,
            expected,
            wave,
            brief,
            List.of(file),
            Set.of(name),
            place -> HostileInput.put(place.sources(), file, bytes)));
  }

  private static String good(String name) {
    return source(name, "", NEVER);
  }

  private static String source(String name, String members, String check) {
    return SourceText.of(name, type(name), members, check);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** The class name of a source: {@code source-spin} becomes {@code SourceSpin}. */
  private static String type(String name) {
    StringBuilder type = new StringBuilder();
    for (String word : name.split("-", -1)) {
      type.append(word.substring(0, 1).toUpperCase(Locale.ROOT)).append(word.substring(1));
    }
    return type.toString();
  }
}
