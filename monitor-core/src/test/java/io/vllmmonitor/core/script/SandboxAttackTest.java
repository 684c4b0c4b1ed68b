package io.vllmmonitor.core.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.api.guardrail.Verdict;
import io.vllmmonitor.testkit.plugin.FakeMetricView;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What hostile or clumsy sources try; none may hurt the caller. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SandboxAttackTest {
  private static final List<CompilerChoice> COMPILERS =
      List.of(CompilerChoice.JANINO, CompilerChoice.JAVAC);

  @ParameterizedTest
  @ValueSource(strings = {"o.toString();", "o.hashCode();", "o.equals(o);"})
  void aCallOnNullFailsAsItDoesElsewhere(String call) {
    assertThat(codesOfCheck(Sources.checking("Object o = null; " + call)))
        .containsOnly(ErrorCode.GUARDRAIL_EVALUATION);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "while (true) { }",
        "for (;;) { int x = 1; }",
        "do { } while (true);",
        "while (true) { try { while (true) { } } catch (Throwable t) { } }",
        "while (true) { try { throw new RuntimeException(\"x\"); } catch (Throwable t) { } }",
        "while (true) { try { while (true) { } } finally { while (true) { } } }",
        "for (;;) { try { while (true) { } } catch (Error e) { } finally { } }",
        "outer: while (true) { try { while (true) { } } catch (Throwable t) { continue outer; } }",
        "int i = 0; while (true) { switch (i) { case 0: i = 1; break; default: i = 0; } }",
        "double[] d = new double[100000000];",
        "List l = new ArrayList(); while (true) { l.add(new double[60000]); }",
        "List l = new ArrayList(); for (int i = 0; i < 100000; i++) { l.add(\"x\"); }",
        "String s = \"xxxxxxxx\"; for (int i = 0; i < 40; i++) { s = s + s; }",
        "String s = \"xxxxxxxx\"; for (int i = 0; i < 40; i++) { s = s.concat(s); }",
        "StringBuilder b = new StringBuilder(\"x\");" + " while (true) { b.append(b); }",
        "StringBuilder b = new StringBuilder(); while (true) { b.append(1.5); }",
        "int[] a = null; while (true) { try { a[0] = 1; } catch (Throwable t) { } }",
        "String s = \"x\"; for (int i = 0; i < 13; i++) { s = s + s; }"
            + " while (true) { s.indexOf(\"y\"); s.toLowerCase(); }",
        "List a = new ArrayList(); for (int i = 0; i < 500; i++) { a.add(\"x\"); }"
            + " List b = new ArrayList(); for (int i = 0; i < 500; i++) { b.add(a); }"
            + " List c = new ArrayList(); for (int i = 0; i < 500; i++) { c.add(b); }"
            + " String s = \"\" + c;",
      })
  void endsByItsBudget(String statements) {
    assertThat(codesOfCheck(Sources.checking(statements)))
        .containsOnly(ErrorCode.GUARDRAIL_BUDGET_EXHAUSTED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "void f() { f(); }",
        "void f() { try { f(); } catch (Throwable t) { f(); } }",
        "void f() { try { f(); } finally { f(); } }",
        "int n = 0; void f() { n++; if (n % 200 != 0) { f(); } f(); }",
        "void f() { new Runaway(); } static class Runaway { Runaway() { new Runaway(); } }",
        "void f() { g(60); } void g(int n) { if (n > 0) { g(n - 1); g(n - 1); } }",
        "void f() { String s = \"\" + new Text(); }"
            + " static class Text { public String toString() { while (true) { } } }",
        "void f() { Map m = new HashMap(); m.put(new Key(), \"\"); }"
            + " static class Key { public int hashCode() { while (true) { } } }",
        "void f() { throw new Bad(); }"
            + " static class Bad extends RuntimeException"
            + " { public String getMessage() { while (true) { } } }",
      })
  void recursionAndHiddenCallsEndToo(String members) {
    String text =
        Sources.source(
            "public Verdict check(MetricView view) { f(); return Verdict.pass(); } " + members);
    assertThat(codesOfCheck(text))
        .isSubsetOf(ErrorCode.GUARDRAIL_BUDGET_EXHAUSTED, ErrorCode.GUARDRAIL_FORBIDDEN_CALL);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "System.exit(1);",
        "System.out.println(1);",
        "System.getProperty(\"user.home\");",
        "Integer.getInteger(\"x\");",
        "Boolean.getBoolean(\"x\");",
        "Runtime.getRuntime().halt(1);",
        "new Thread().start();",
        "Thread.currentThread().interrupt();",
        "try { Class.forName(\"java.lang.Runtime\"); } catch (Exception e) { }",
        "Class c = \"\".getClass();",
        "getClass().getClassLoader();",
        "Class c = String.class;",
        "new java.io.File(\"/etc/passwd\").delete();",
        "try { new java.net.URL(\"http://127.0.0.1/\"); } catch (Exception e) { }",
        "java.nio.file.Files.exists(java.nio.file.Path.of(\"/\", new String[0]));",
        "java.lang.invoke.MethodHandles.lookup();",
        "new ProcessBuilder(new String[] {\"ls\"});",
        "java.util.concurrent.ForkJoinPool.commonPool();",
        "new ArrayList().parallelStream();",
        "new ArrayList().stream();",
        "try { this.wait(); } catch (Exception e) { }",
        "this.notifyAll();",
        "\"x\".repeat(1000000000);",
        "String.format(\"%1000000000d\", new Object[] {\"\"});",
        "\"x\".matches(\"(x+)+y\");",
        "\"x\".split(\"(x+)+y\");",
        "java.util.regex.Pattern.compile(\"x\");",
        "new java.math.BigInteger(\"9\").pow(999999999);",
        "new ArrayList(2000000000);",
        "new HashMap(2000000000);",
        "List l = new ArrayList(); l.addAll(l);",
        "new StringBuilder().setLength(2000000000);",
        "Collections.nCopies(2000000000, \"\");",
        "Math.random();",
        "java.time.Instant.now();",
        "new java.util.Random().nextInt();",
        "UUID.randomUUID();",
        "ServiceLoader.load(Runnable.class);",
        "new Exception(\"x\").printStackTrace();",
        "io.vllmmonitor.api.source.TargetSignals.unknown();",
        "int[][] x = new int[60000][60000];",
        "System.loadLibrary(\"x\");",
        "Locale.setDefault(Locale.ROOT);",
        "TimeZone.setDefault(null);",
        "new Timer();",
        "Map.of(new ArrayList(), \"\");",
        "Set.of(new ArrayList());",
      })
  void isRefusedBeforeItRuns(String statements) {
    for (CompilerChoice compiler : COMPILERS) {
      MonitorException refused =
          catchThrowableOfType(
              MonitorException.class,
              () -> Sources.compile(Sources.checking(statements), compiler));
      assertThat(refused.code()).as("%s", compiler).isEqualTo(ErrorCode.GUARDRAIL_FORBIDDEN_CALL);
      assertThat(refused.getMessage()).startsWith("Probe.java line 15: ");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "io.vllmmonitor.core.script.Budget.step();",
        "io.vllmmonitor.core.script.Guarded.text(null);",
        "io.vllmmonitor.core.telemetry.Problems p = null;",
        "org.slf4j.LoggerFactory.getLogger(\"x\");",
      })
  void doesNotCompile(String statements) {
    for (CompilerChoice compiler : COMPILERS) {
      MonitorException refused =
          catchThrowableOfType(
              MonitorException.class,
              () -> Sources.compile(Sources.checking(statements), compiler));
      assertThat(refused.code()).as("%s", compiler).isEqualTo(ErrorCode.GUARDRAIL_COMPILE);
      assertThat(refused.getMessage()).startsWith("Probe.java line 15, column ");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "public synchronized void f() { }",
        "protected void finalize() { }",
        "public native void f();",
        "java.io.File f;",
        "static class L extends ClassLoader { }",
        "static class T extends Thread { }",
        "static class R implements Runnable { public void run() { } }",
      })
  void membersAreRefusedToo(String members) {
    String text =
        Sources.source(
            "public Verdict check(MetricView v) { return Verdict.pass(); }\n" + members);
    for (CompilerChoice compiler : COMPILERS) {
      MonitorException refused =
          catchThrowableOfType(MonitorException.class, () -> Sources.compile(text, compiler));
      assertThat(refused.code()).as("%s", compiler).isEqualTo(ErrorCode.GUARDRAIL_FORBIDDEN_CALL);
    }
  }

  @Test
  void aContextGivesADroppedSourceNeitherHttpNorHistoryNorTime() {
    for (String service : new String[] {"http", "history", "clock", "random"}) {
      String text =
          Sources.source(
              "public Verdict check(MetricView v) { return Verdict.pass(); }\n"
                  + "public Probe(io.vllmmonitor.api.plugin.PluginContext c) { c."
                  + service
                  + "(); }\n");
      MonitorException refused =
          catchThrowableOfType(MonitorException.class, () -> Sources.compile(text));
      assertThat(refused.code()).as(service).isEqualTo(ErrorCode.GUARDRAIL_FORBIDDEN_CALL);
    }
  }

  @Test
  void constructorsAndStaticInitialisersRunUnderTheBudget() {
    for (String member :
        new String[] {
          "public Probe() { while (true) { } }",
          "static { int i = 0; while (i >= 0) { i = i + 0; } }",
          "static final int X = spin(); static int spin() { while (true) { } }"
        }) {
      MonitorException ended =
          catchThrowableOfType(
              MonitorException.class,
              () ->
                  Sources.guardrail(
                      Sources.source(
                          "public Verdict check(MetricView v) { return Verdict.pass(); }\n"
                              + member)));
      assertThat(ended.code()).as(member).isEqualTo(ErrorCode.GUARDRAIL_BUDGET_EXHAUSTED);
    }
  }

  @Test
  void theBudgetIsFreshForEveryCallAndTheMessageNamesTheLine() {
    Guardrail guardrail =
        Sources.guardrail(
            Sources.checking(
                "if (view.has(\"spin\")) {\nwhile (true) {\nint x = 1;\n}\n}\n"
                    + "for (int i = 0; i < 400000; i++) { }"));
    FakeMetricView calm = FakeMetricView.empty();
    for (int i = 0; i < 5; i++) {
      assertThat(guardrail.check(calm)).isEqualTo(Verdict.pass());
    }
    FakeMetricView spinning = FakeMetricView.empty().sample("spin", 1);
    MonitorException ended =
        catchThrowableOfType(MonitorException.class, () -> guardrail.check(spinning));
    assertThat(ended.code()).isEqualTo(ErrorCode.GUARDRAIL_BUDGET_EXHAUSTED);
    assertThat(ended.getMessage()).startsWith("Probe.java line 17: ");
    assertThat(guardrail.check(calm)).isNotNull();
  }

  @Test
  void threeThousandParenthesesAreAnErrorOfTheSource() {
    String text = Sources.checking("int x = " + "(".repeat(3_000) + "1" + ")".repeat(3_000) + ";");
    MonitorException refused =
        catchThrowableOfType(MonitorException.class, () -> Sources.compile(text));
    if (refused != null) {
      assertThat(refused.code()).isEqualTo(ErrorCode.GUARDRAIL_COMPILE);
    }
    String blocks = Sources.checking("{".repeat(3_000) + "}".repeat(3_000));
    MonitorException blocksRefused =
        catchThrowableOfType(MonitorException.class, () -> Sources.compile(blocks));
    if (blocksRefused != null) {
      assertThat(blocksRefused.code()).isEqualTo(ErrorCode.GUARDRAIL_COMPILE);
    }
    String sums = Sources.checking("int x = 1; int y = " + "x+".repeat(5_000) + "1;");
    MonitorException sumsRefused =
        catchThrowableOfType(MonitorException.class, () -> Sources.compile(sums));
    if (sumsRefused != null) {
      assertThat(sumsRefused.code()).isEqualTo(ErrorCode.GUARDRAIL_COMPILE);
    }
  }

  @Test
  void aMegabyteOfTextIsNotEvenRead() {
    String text = Sources.checking("// " + "x".repeat(1 << 20));
    MonitorException refused =
        catchThrowableOfType(MonitorException.class, () -> Sources.compile(text));
    assertThat(refused.code()).isEqualTo(ErrorCode.GUARDRAIL_SOURCE_TOO_LARGE);
  }

  @Test
  void aMethodOfTooManyStatementsIsRefused() {
    String text = Sources.checking("int x = 0; " + "x++; ".repeat(600));
    MonitorException refused =
        catchThrowableOfType(MonitorException.class, () -> Sources.compile(text));
    assertThat(refused.code()).isEqualTo(ErrorCode.GUARDRAIL_COMPILE);
    assertThat(refused.getMessage()).contains("500 statements");
  }

  @Test
  void nestedCallsHaveALimitOfTheirOwnThatReturnsGiveBack() {
    String text =
        Sources.source(
            """
            private int depth(int n) { return n == 0 ? 0 : 1 + depth(n - 1); }
            private int failing(int n) {
              if (n == 0) { throw new IllegalStateException("x"); }
              return failing(n - 1);
            }
            public Verdict check(MetricView view) {
              for (int i = 0; i < 1000; i++) {
                depth(200);
                try { failing(200); } catch (IllegalStateException e) { view.now(); }
              }
              return Verdict.breach("" + depth((int) view.value("depth")));
            }
            """);
    Guardrail guardrail = Sources.guardrail(text);
    assertThat(guardrail.check(FakeMetricView.empty().sample("depth", 200)))
        .isEqualTo(Verdict.breach("200"));
    MonitorException ended =
        catchThrowableOfType(
            MonitorException.class,
            () -> guardrail.check(FakeMetricView.empty().sample("depth", 300)));
    assertThat(ended.getMessage()).contains("more than 256 nested calls");
  }

  @Test
  void endingALoopIsQuick() {
    Guardrail guardrail = Sources.guardrail(Sources.checking("while (true) { }"));
    long start = System.nanoTime();
    codeOf(() -> guardrail.check(FakeMetricView.empty()));
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
  }

  /** How a check ends, with the one compiler and with the other. */
  private static Set<ErrorCode> codesOfCheck(String text) {
    Set<ErrorCode> codes = new HashSet<>();
    for (CompilerChoice compiler : COMPILERS) {
      codes.add(codeOf(() -> Sources.guardrail(text, compiler).check(FakeMetricView.empty())));
    }
    return codes;
  }

  private static ErrorCode codeOf(Runnable call) {
    return catchThrowableOfType(MonitorException.class, call::run).code();
  }
}
