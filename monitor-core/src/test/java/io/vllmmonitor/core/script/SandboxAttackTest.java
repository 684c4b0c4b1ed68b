package io.vllmmonitor.core.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.api.guardrail.Verdict;
import io.vllmmonitor.api.view.MetricView;
import io.vllmmonitor.testkit.plugin.FakeMetricView;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
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
        "void f() { g(); } void g() { h(); } void h() { f(); }",
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
        Sources.source("public Verdict check(MetricView v) { return Verdict.pass(); }\n" + members);
    for (CompilerChoice compiler : COMPILERS) {
      MonitorException refused =
          catchThrowableOfType(MonitorException.class, () -> Sources.compile(text, compiler));
      assertThat(refused.code()).as("%s", compiler).isEqualTo(ErrorCode.GUARDRAIL_FORBIDDEN_CALL);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Function<Integer, Integer>[] f = new Function[1]; f[0] = n -> f[0].apply(n + 1);"
            + " f[0].apply(1);",
        "Supplier<Object> s = () -> { while (true) { } }; s.get();",
        "var s = \"xxxxxxxx\"; for (int i = 0; i < 40; i++) { s += s; }",
        "List<Object> l = new ArrayList<>(); while (true) { l.add(new double[60000]); }",
        "Map<String, Integer> m = new HashMap<>();"
            + " for (int i = 0; ; i++) { m.merge(\"k\" + i, 1, Integer::sum); }",
        "Map<String, List<String>> m = new HashMap<>();"
            + " for (int i = 0; ; i++) { m.computeIfAbsent(\"k\" + i, k -> new ArrayList<>()); }",
        "Map<String, Integer> m = new HashMap<>();"
            + " for (int i = 0; ; i++) { m.putIfAbsent(\"k\" + i, i); }",
        "StringBuilder b = new StringBuilder(\"x\"); Consumer<String> c = b::append;"
            + " while (true) { c.accept(b.toString()); }",
        "List<String> l = new ArrayList<>(); Consumer<String> c = l::add;"
            + " while (true) { c.accept(\"x\"); }",
        "try (AutoCloseable a = () -> { while (true) { } }) { while (true) { } }"
            + " catch (Throwable t) { while (true) { } }",
        "record Pair(Object a, Object b) { } Object p = null;"
            + " for (int i = 0; i < 60; i++) { p = new Pair(p, p); } int h = p.hashCode();",
        "record Pair(Object a, Object b) { } Object p = null;"
            + " for (int i = 0; i < 60; i++) { p = new Pair(p, p); } String t = p.toString();",
        "record Pair(Object a, Object b) { } Object p = null; Object q = null;"
            + " for (int i = 0; i < 60; i++) { p = new Pair(p, p); q = new Pair(q, q); }"
            + " boolean same = p.equals(q);",
        "List<Integer> l = new ArrayList<>(); for (int i = 0; i < 5000; i++) { l.add(i % 7); }"
            + " while (true) { l.sort(Comparator.reverseOrder()); }",
        "while (true) { view.max(\"x\"); }",
        "String t = \"x\"; for (int i = 0; i < 13; i++) { t = t + t; }"
            + " List<String> l = new ArrayList<>(); while (true) { l.add(t.substring(1)); }",
      })
  void modernCodeEndsByItsBudgetToo(String statements) {
    String text =
        Sources.checking(statements)
            .replace("import java.util.*;", "import java.util.*; import java.util.function.*;");
    assertThat(codeOf(() -> Sources.guardrail(text).check(FakeMetricView.empty())))
        .isEqualTo(ErrorCode.GUARDRAIL_BUDGET_EXHAUSTED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Runnable r = () -> { };",
        "Supplier<Object> s = Object::new; Class<?> c = s.getClass();",
        "Supplier<Long> s = System::nanoTime;",
        "Supplier<String> s = () -> System.getProperty(\"user.home\");",
        "Function<String, Integer> f = Integer::getInteger;",
        "Supplier<Runtime> s = Runtime::getRuntime;",
        "Function<String, String> f = System::getenv;",
        "var s = (Supplier<String> & java.io.Serializable) () -> \"x\";",
        "var l = List.of(1).stream().map(n -> n + 1).toList();",
        "var l = List.of(1).parallelStream();",
        "assert view == null;",
        "synchronized (this) { }",
        "var x = new int[3][4];",
        "var t = new Thread(() -> { });",
        "Iterator<String> i = List.of(\"x\").iterator(); i.forEachRemaining(s -> { });",
        "var r = new java.util.concurrent.atomic.AtomicInteger();",
        "var m = java.lang.invoke.MethodHandles.lookup();",
        "\"x\".chars().parallel();",
        "var b = new java.math.BigInteger(\"9\").pow(999999999);",
        "var s = \"%1000000000d\".formatted(1);",
        "var c = Probe.class.getMethods();",
      })
  void modernCodeIsRefusedBeforeItRuns(String statements) {
    String text =
        Sources.checking("if (1 == 1) { " + statements + " }")
            .replace("import java.util.*;", "import java.util.*; import java.util.function.*;");
    MonitorException refused =
        catchThrowableOfType(
            MonitorException.class, () -> Sources.compile(text, CompilerChoice.JAVAC));
    assertThat(refused).isNotNull();
    assertThat(refused.code()).isEqualTo(ErrorCode.GUARDRAIL_FORBIDDEN_CALL);
    assertThat(refused.getMessage()).startsWith("Probe.java line ");
  }

  @Test
  void aClassInAPackageOfTheMonitorOrTheJdkIsRefused() {
    // Such a class would be found in place of the real Budget, and count nothing.
    String budget =
        "class Budget { public static int enter() { return 1; } public static void step() { }"
            + " public static void exit(int d) { } }";
    for (String where : new String[] {"io.vllmmonitor.core.script", "java.lang", "javax.x"}) {
      String text =
          Sources.checking("while (true) { }")
                  .replace(
                      "import io.vllmmonitor.api.guardrail.*;",
                      "package " + where + "; import io.vllmmonitor.api.guardrail.*;")
              + budget;
      for (CompilerChoice compiler : COMPILERS) {
        MonitorException refused =
            catchThrowableOfType(MonitorException.class, () -> Sources.compile(text, compiler));
        assertThat(refused).as("%s by %s", where, compiler).isNotNull();
        assertThat(refused.code())
            .as("%s by %s", where, compiler)
            .isIn(ErrorCode.GUARDRAIL_FORBIDDEN_CALL, ErrorCode.GUARDRAIL_COMPILE);
      }
    }
  }

  @Test
  void largeSwitchesRecordsAndInitialisersCompileAndAreCounted() {
    StringBuilder cases = new StringBuilder("int k = 3; int n = 0; switch (k) {");
    for (int i = 0; i < 400; i++) {
      cases.append("case ").append(i).append(": ");
    }
    String wide = Sources.checking(cases + "n = 1; } String s = \"\" + n;");
    StringBuilder fields = new StringBuilder("record Wide(int f0");
    for (int i = 1; i < 200; i++) {
      fields.append(", int f").append(i);
    }
    String zeros = "0, ".repeat(199) + "0";
    String many =
        Sources.checking(
            fields
                + ") { } var w = new Wide("
                + zeros
                + "); if (!w.equals(new Wide("
                + zeros
                + ")) || w.hashCode() != 0 || w.toString().length() < 200)"
                + " { throw new IllegalStateException(); }");
    for (String text : new String[] {wide, many}) {
      assertThat(Sources.guardrail(text).check(FakeMetricView.empty())).isEqualTo(Verdict.pass());
    }
    for (String member :
        new String[] {
          "static class A { static int x = B.y + 1; } static class B { static int y = A.x + 1;"
              + " static { while (y < 5) { } } }",
          "int loop = spin(); int spin() { while (true) { } }",
          "{ for (;;) { if (hashCode() == 7) { break; } } }",
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
  void keysOfOneHashAreCountedAsTheyAreCompared() {
    String text =
        Sources.source(
            """
            static class Key {
              final int n;
              Key(int n) { this.n = n; }
              public int hashCode() { return 1; }
              public boolean equals(Object o) { return o instanceof Key && ((Key) o).n == n; }
            }
            public Verdict check(MetricView view) {
              Map map = new HashMap();
              for (int i = 0; i < 9000; i++) { map.put(new Key(i), ""); }
              return Verdict.pass();
            }
            """);
    assertThat(codesOfCheck(text)).containsOnly(ErrorCode.GUARDRAIL_BUDGET_EXHAUSTED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "static List kept = new ArrayList();",
        "List kept = new ArrayList();",
        "static class Holder { static List kept = new ArrayList(); } List kept = Holder.kept;",
      })
  void whatAnInstanceKeepsBetweenItsCallsIsBounded(String field) {
    Guardrail guardrail =
        Sources.guardrail(
            Sources.source(
                field
                    + " public Verdict check(MetricView view) {"
                    + " for (int i = 0; i < 8; i++) { kept.add(new double[60000]); }"
                    + " return Verdict.pass(); }"));
    int calls = 1;
    while (calls < 20 && passes(guardrail)) {
      calls++;
    }
    assertThat(calls).isBetween(2, 9);
    assertThat(codeOf(() -> guardrail.check(FakeMetricView.empty())))
        .isEqualTo(ErrorCode.SOURCE_MEMORY);
    guardrail.close();
  }

  @Test
  void whatIsAllocatedAndForgottenIsNotHeldAgainstAnInstance() {
    Guardrail guardrail =
        Sources.guardrail(
            Sources.source(
                "List last = null; public Verdict check(MetricView view) { last = new ArrayList();"
                    + " for (int i = 0; i < 8; i++) { last.add(new double[60000]); }"
                    + " return Verdict.pass(); }"));
    for (int i = 0; i < 50; i++) {
      assertThat(guardrail.check(FakeMetricView.empty())).isEqualTo(Verdict.pass());
    }
  }

  /** Each of these is cheap in steps where only loops are counted, and slow. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "List l = new ArrayList(); for (int i = 0; i < 400; i++) { l.add(t + i); }"
            + " while (true) { l.contains(t + \"y\"); }",
        "List l = new ArrayList(); for (int i = 0; i < 400; i++) { l.add(t + i); }"
            + " while (true) { Collections.sort(l); }",
        "Map m = new TreeMap(); for (int i = 0; i < 400; i++) { m.put(t + i, \"\"); }"
            + " while (true) { m.get(t); }",
        "while (true) { t.toUpperCase(); }",
        "while (true) { t.compareToIgnoreCase(t); }",
        "String z = \"\"; for (int i = 0; i < 8000; i++) { z = z + 0; }"
            + " while (true) { Integer.parseInt(z); }",
        "while (true) { view.quantile(t, 0.5, 3600); }",
      })
  void whatIsSlowCostsMoreSteps(String statements) {
    Guardrail guardrail =
        Sources.guardrail(
            Sources.checking(
                "String t = \"x\"; for (int i = 0; i < 12; i++) { t = t + t; } " + statements));
    long start = System.nanoTime();
    assertThat(codeOf(() -> guardrail.check(FakeMetricView.empty())))
        .isIn(ErrorCode.GUARDRAIL_BUDGET_EXHAUSTED, ErrorCode.SELECTOR_MALFORMED);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
  }

  @Test
  void whatIsNotItsOwnIsNotClosed() {
    List<String> called = new ArrayList<>();
    MetricView view =
        (MetricView)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {MetricView.class, AutoCloseable.class},
                (proxy, method, arguments) -> {
                  called.add(method.getName());
                  return method.getReturnType() == boolean.class ? false : null;
                });
    Guardrail guardrail =
        Sources.guardrail(
            Sources.checking(
                "Object o = view; try { ((AutoCloseable) o).close(); } catch (Exception e) {"
                    + " throw new IllegalStateException(e.getMessage()); }"));
    assertThat(codeOf(() -> guardrail.check(view))).isEqualTo(ErrorCode.GUARDRAIL_EVALUATION);
    assertThat(called).doesNotContain("close");
  }

  /** The watchdog interrupts a call that is late. */
  @Test
  void anInterruptEndsWhatIsSlow() {
    Guardrail guardrail =
        Sources.guardrail(
            Sources.checking("for (int i = 0; i < 100; i++) { view.valueOr(\"x\", 1); }"));
    assertThat(guardrail.check(FakeMetricView.empty())).isEqualTo(Verdict.pass());
    Thread.currentThread().interrupt();
    MonitorException ended =
        catchThrowableOfType(MonitorException.class, () -> guardrail.check(FakeMetricView.empty()));
    assertThat(Thread.interrupted()).isTrue();
    assertThat(ended.code()).isEqualTo(ErrorCode.GUARDRAIL_BUDGET_EXHAUSTED);
    assertThat(ended.getMessage()).startsWith("Probe.java line 15: ").contains("interrupted");
    assertThat(guardrail.check(FakeMetricView.empty())).isEqualTo(Verdict.pass());
  }

  @Test
  void linesOfTheLogAreCountedToo() {
    String member =
        "final io.vllmmonitor.api.plugin.PluginContext c;"
            + " public Probe(io.vllmmonitor.api.plugin.PluginContext c) { this.c = c; }"
            + " public Verdict check(MetricView v) { for (int i = 0; i < LINES; i++) {"
            + " c.log().log(System.Logger.Level.DEBUG, \"line \" + i); } return Verdict.pass(); }";
    assertThat(
            Sources.guardrail(Sources.source(member.replace("LINES", "20")))
                .check(FakeMetricView.empty()))
        .isEqualTo(Verdict.pass());
    assertThat(codesOfCheck(Sources.source(member.replace("LINES", "21"))))
        .containsOnly(ErrorCode.GUARDRAIL_BUDGET_EXHAUSTED);
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
    for (String statements :
        new String[] {
          "int x = " + "(".repeat(3_000) + "1" + ")".repeat(3_000) + ";",
          "{".repeat(3_000) + "}".repeat(3_000),
          "int x = 1; int y = " + "x+".repeat(5_000) + "1;",
          "boolean b = " + "!".repeat(5_000) + "true;",
          "if (true) ".repeat(1_000) + ";",
        }) {
      for (CompilerChoice compiler : CompilerChoice.values()) {
        MonitorException refused =
            catchThrowableOfType(
                MonitorException.class,
                () -> Sources.compile(Sources.checking(statements), compiler));
        if (refused != null) {
          assertThat(refused.code()).isEqualTo(ErrorCode.GUARDRAIL_COMPILE);
        }
      }
    }
  }

  @Test
  void aMegabyteOfTextIsNotEvenRead() {
    String text = Sources.checking("// " + "x".repeat(1 << 20));
    MonitorException refused =
        catchThrowableOfType(MonitorException.class, () -> Sources.compile(text));
    assertThat(refused.code()).isEqualTo(ErrorCode.GUARDRAIL_SOURCE_TOO_LARGE);
  }

  /** A compiler joins constants itself: this would be 2^43 characters. */
  @Test
  void constantsThatGrowAreRefusedBeforeTheyAreCompiled() {
    StringBuilder fields = new StringBuilder("static final String A0 = \"xxxxxxxx\";\n");
    StringBuilder locals = new StringBuilder("final String a0 = \"xxxxxxxx\";\n");
    for (int i = 1; i <= 40; i++) {
      String a = "A" + (i - 1);
      fields.append("static final String A%d = %s + Probe.%s;\n".formatted(i, a, a));
      String b = "a" + (i - 1);
      locals.append("final String a%d = %s + %s;\n".formatted(i, b, b));
    }
    String sum = "static final String A = \"%s\"; static final String B = A%s;\n";
    for (String text :
        new String[] {
          Sources.source(
              fields + "public Verdict check(MetricView v) { return Verdict.breach(A40); }"),
          Sources.checking(locals.toString()),
          Sources.source(
              sum.formatted("y".repeat(4_000), " + A".repeat(1_000))
                  + "public Verdict check(MetricView v) { return Verdict.breach(B); }"),
          Sources.checking(
              "final String a = \""
                  + "y".repeat(4_000)
                  + "\"; String t = \"\"; t = a"
                  + " + a".repeat(1_000)
                  + ";"),
        }) {
      for (CompilerChoice compiler : CompilerChoice.values()) {
        MonitorException refused =
            catchThrowableOfType(MonitorException.class, () -> Sources.compile(text, compiler));
        assertThat(refused).as("%s", compiler).isNotNull();
        assertThat(refused.code()).isEqualTo(ErrorCode.GUARDRAIL_COMPILE);
        assertThat(refused.getMessage()).contains("a constant text could have more than");
      }
    }
  }

  @Test
  void sixteenKibibytesAreTheLimitToTheByte() {
    String frame = Sources.checking("// ");
    int most = SourceCompiler.LARGEST_SOURCE_BYTES - frame.length();
    assertThat(Sources.compile(Sources.checking("// " + "x".repeat(most)))).isNotNull();
    assertThat(codeOf(() -> Sources.compile(Sources.checking("// " + "x".repeat(most + 1)))))
        .isEqualTo(ErrorCode.GUARDRAIL_SOURCE_TOO_LARGE);
  }

  @Test
  void aMethodOfTooManyStatementsIsRefusedByBoth() {
    String text = Sources.checking("int x = 0; " + "x++; ".repeat(600));
    for (CompilerChoice compiler : CompilerChoice.values()) {
      MonitorException refused =
          catchThrowableOfType(MonitorException.class, () -> Sources.compile(text, compiler));
      assertThat(refused.code()).isEqualTo(ErrorCode.GUARDRAIL_COMPILE);
      assertThat(refused.getMessage()).startsWith("Probe.java line 1").contains("500 statements");
    }
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

  private static boolean passes(Guardrail guardrail) {
    try {
      return guardrail.check(FakeMetricView.empty()).equals(Verdict.pass());
    } catch (MonitorException e) {
      return false;
    }
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
