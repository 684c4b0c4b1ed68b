package io.vllmmonitor.core.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.api.guardrail.Verdict;
import io.vllmmonitor.core.worker.DeadlineWorker;
import io.vllmmonitor.testkit.plugin.FakeMetricView;
import io.vllmmonitor.testkit.plugin.FakePluginContext;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Java 17 in dropped sources: what Janino cannot take, the JDK's compiler takes. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WholeLanguageTest {
  @Test
  void lambdasAndMethodReferencesConvertAsTheyShould() {
    assertThat(
            said(
                """
                interface Mixed { long of(int a, Integer b, double c); }
                interface Maker { Probe make(); }
                static long sum(long a, int b, Double c) { return a + b + c.longValue(); }
                private int field = 5;
                int plus(Integer n) { return field + n; }
                static <T, R> List<R> map(List<T> in, Function<? super T, ? extends R> f) {
                  List<R> out = new ArrayList<>();
                  for (T t : in) { out.add(f.apply(t)); }
                  return out;
                }
                String say(MetricView view) {
                  List<String> words = new ArrayList<>(); words.add("ccc"); words.add("a"); words.add("bb");
                  words.sort(Comparator.comparing(String::length));
                  Mixed mixed = Probe::sum;
                  Function<Integer, Integer> plus = this::plus;
                  ToIntFunction<String> length = String::length;
                  Supplier<List<String>> maker = ArrayList::new;
                  List<String> made = maker.get();
                  words.forEach(made::add);
                  int[] counter = new int[1];
                  long big = 1L << 40; double half = 0.5; char c = 'x'; boolean yes = true;
                  Runner nested = () -> { Runner inner = () -> counter[0] += 2; inner.run(); };
                  nested.run(); nested.run();
                  Supplier<String> captured = () -> big + " " + half + " " + c + " " + yes + " " + field;
                  BinaryOperator<Integer> add = Integer::sum;
                  IntFunction<int[]> array = int[]::new;
                  Maker self = Probe::new;
                  Map<String, Integer> counts = new TreeMap<>();
                  for (String w : words) { counts.merge("k" + w.length() % 2, 1, Integer::sum); }
                  return words + " " + mixed.of(1, 2, 3.9) + " " + plus.apply(2) + " "
                      + length.applyAsInt("four") + " " + made + " " + counter[0] + " "
                      + captured.get() + " " + add.apply(2, 3) + " " + array.apply(4).length + " "
                      + (self.make() != null) + " " + counts + " " + map(words, String::length);
                }
                interface Runner { void run(); }
                """))
        .isEqualTo(
            "[a, bb, ccc] 6 7 4 [a, bb, ccc] 4 1099511627776 0.5 x true 5 5 4 true {k0=1, k1=2}"
                + " [1, 2, 3]");
  }

  @Test
  void recordsEnumsSwitchesAndPatternsMeanWhatTheyMean() {
    assertThat(
            said(
                """
                record Point(String name, double x, long n, Kind kind, Object other) {
                  Point { if (n < 0) { throw new IllegalArgumentException("n"); } }
                  double twice() { return 2 * x; }
                }
                enum Kind { LOW { int w() { return 1; } }, HIGH { int w() { return 2; } }; abstract int w(); }
                sealed interface Shape permits Round, Flat {}
                record Round(double r) implements Shape {}
                record Flat() implements Shape {}
                static String of(Object o) {
                  if (o instanceof Round r && r.r() > 1) { return "round" + r.r(); }
                  return o instanceof Flat ? "flat" : "else";
                }
                String say(MetricView view) {
                  var a = new Point("p", 1.5, 3L, Kind.HIGH, null);
                  var b = new Point("p", 1.5, 3L, Kind.HIGH, null);
                  var c = new Point("p", Double.NaN, 3L, Kind.LOW, "x");
                  Map<Point, String> map = new HashMap<>();
                  map.put(a, "found");
                  String text = switch ("b" + a.n()) { case "b3" -> "three"; case "b4" -> "four"; default -> "?"; };
                  int w = switch (a.kind()) { case LOW -> a.kind().w(); case HIGH -> { int t = a.kind().w(); yield t * 10; } };
                  return a + " " + a.equals(b) + " " + a.equals(c) + " " + c.equals(c) + " " + map.get(b)
                      + " " + (a.hashCode() == b.hashCode()) + " " + text + " " + w + " " + a.twice()
                      + " " + of(new Round(2)) + of(new Flat()) + of("s") + " " + new Flat();
                }
                """))
        .isEqualTo(
            "Point[name=p, x=1.5, n=3, kind=HIGH, other=null] true false true found true three 20"
                + " 3.0 round2.0flatelse Flat[]");
  }

  @Test
  void resourcesFinallyTextBlocksAndGenericsWork() {
    assertThat(
            said(
                """
                static class Res implements AutoCloseable {
                  final StringBuilder log; Res(StringBuilder log) { this.log = log; log.append("open "); }
                  public void close() { log.append("close "); throw new IllegalStateException("c"); }
                }
                static int jump(StringBuilder log) {
                  for (int i = 0; ; i++) {
                    try { if (i == 2) { return i; } if (i == 1) { continue; } } finally { log.append(i); }
                  }
                }
                String say(MetricView view) {
                  StringBuilder log = new StringBuilder();
                  try (Res r = new Res(log)) { log.append("body "); throw new ArithmeticException("b"); }
                  catch (ArithmeticException | IllegalStateException e) { log.append(e.getMessage()); }
                  finally { log.append(" finally "); }
                  int jumped = jump(log);
                  String block = \"""
                      one
                        two\""";
                  List<List<String>> deep = List.of(List.of("x", "y"), List.of());
                  int n = 0;
                  for (List<String> inner : deep) { for (String s : inner) { n += s.length(); } }
                  return log + " " + jumped + " " + block + " " + n;
                }
                """))
        .isEqualTo("open body close b finally 012 2 one\n  two 2");
  }

  @Test
  void whichCompilerMadeItIsKnownAndTheHeaderChooses() {
    String plain = Sources.checking("int x = 1;");
    String modern = Sources.checking("var x = 1;");
    assertThat(Sources.compile(plain).compiler()).isEqualTo(CompilerChoice.JANINO);
    assertThat(Sources.compile(modern).compiler()).isEqualTo(CompilerChoice.JAVAC);
    assertThat(Sources.compile(headed(plain, "javac")).compiler()).isEqualTo(CompilerChoice.JAVAC);
    CompiledSource compiled = Sources.compile(modern);
    assertThat(ScriptCode.load(Sources.FILE, compiled.header(), compiled.classes()).compiler())
        .isEqualTo(CompilerChoice.JAVAC);
    MonitorException refused =
        catchThrowableOfType(
            MonitorException.class, () -> Sources.compile(headed(modern, "janino")));
    assertThat(refused.code()).isEqualTo(ErrorCode.GUARDRAIL_COMPILE);
    assertThat(refused.getMessage()).contains("line 16, column 1").contains("'var' is not in");
  }

  /** Where both compile, both mean the same. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "String s = \"\"\"\n    a\n      b\n    c\\tq\n    \"\"\"; return s;",
        "int i = 5; i += 3.7; i = i++ + ++i; return \"\" + i + (char) (i + 'a') + (i >>> 1) + (-i >> 1);",
        "long l = Integer.MAX_VALUE; l++; byte b = (byte) 200; short t = (short) (b * 3);"
            + " return l + \" \" + b + \" \" + t + \" \" + (5 / 2.0f) + \" \" + 7 % -3 + \" \" + 1e-5;",
        "Integer a = 127; Integer b = 127; boolean yes = kept > 3; Object o = yes ? 1 : 2.0; return (a == b) + \" \" + o;",
        "String r = \"\"; a: for (int i = 0; i < 4; i++) { for (int j = 0; j < 4; j++) {"
            + " if (j == 2) { continue a; } if (i == 3) { break a; } r += i * j; } } return r;",
        "switch (\"b\") { case \"a\": return \"1\"; case \"b\": case \"c\": return \"2\"; default: return \"3\"; }",
        "return List.of(\"x\").size() + \"\" + List.of(\"x\", \"y\").size() + List.of().size();",
        "return join() + join(\"a\") + join(\"a\", \"b\") + join(1, \"c\");",
        "double d = 0; for (double x : new double[] {1, 2, Double.NaN}) { if (x > 1) { d += x; } }"
            + " return d + \" \" + (0.0 == -0.0) + \" \" + (Double.NaN != Double.NaN);",
        "Object o = new Object() { public String toString() { return \"anon\" + kept; } }; return \"\" + o;",
        "String s = null; s += 1; s += null; char c = 'x'; s += c; s += 1.5f; return s;",
        "int x = 0; try { x = 1 / x; } catch (ArithmeticException e) { x = 2; } finally { x += 10; }"
            + " return \"\" + x;",
        "return \"\" + (kept > 3 ? 1 : 2) + (kept & 6) + (kept ^ 1) + (~kept) + (kept << 33);",
        "List<Integer> l = new ArrayList<Integer>(); l.add(5); l.add(7); l.remove(Integer.valueOf(5));"
            + " l.remove(0); return \"\" + l;",
      })
  void bothCompilersMeanTheSame(String body) {
    String text =
        modern(
            "final int kept = 5; String join(String... s) { return \"s\" + s.length; }"
                + " String join(int n, String... s) { return \"n\" + s.length; }"
                + " String say(MetricView view) { "
                + body
                + " }");
    String janino;
    try {
      janino = reason(Sources.guardrail(text, CompilerChoice.JANINO));
    } catch (MonitorException e) {
      janino = "does not compile: " + e.getMessage();
    }
    assertThat(janino).isEqualTo(reason(Sources.guardrail(text, CompilerChoice.JAVAC)));
  }

  @Test
  void whatJaninoFailsAtInsideIsGivenToTheJdksCompiler() {
    String text = Sources.checking("String s = \"\"\"\n  a \\\n  b\n  \"\"\";");
    assertThat(Sources.compile(text).compiler()).isEqualTo(CompilerChoice.JAVAC);
  }

  @Test
  void theSameModernSourceGivesTheSameBytes() {
    String text =
        modern("String say(MetricView v) { Supplier<String> s = () -> \"x\"; return s.get(); }");
    assertThat(Sources.compile(text).classes()).isEqualTo(Sources.compile(text).classes());
  }

  @Test
  void withoutAJdkTheErrorShowsWhatToWriteInstead() {
    SourceCompiler withoutJdk =
        new SourceCompiler(
            new DeadlineWorker("test-compiler", Duration.ofSeconds(10), 2),
            new SourceSteps(Optional::empty));
    MonitorException lambda = refusal(withoutJdk, Sources.checking("Runner r = () -> { };"));
    assertThat(lambda.code()).isEqualTo(ErrorCode.GUARDRAIL_COMPILE);
    assertThat(lambda.getMessage())
        .startsWith("Probe.java line 15, column ")
        .contains("Instead of `list.sort((a, b) ->")
        .contains("write `list.sort(new Comparator()")
        .contains("runs on a JDK");
    MonitorException asked = refusal(withoutJdk, headed(Sources.checking(""), "javac"));
    assertThat(asked.code()).isEqualTo(ErrorCode.SOURCE_COMPILER_MISSING);
    MonitorException plain = refusal(withoutJdk, Sources.checking("int x = ;"));
    assertThat(plain.getMessage()).startsWith("Probe.java line 15, column 9: ");
  }

  /** In a JVM that has no compiler, not even the interfaces of one. */
  @Test
  void aRuntimeWithoutTheModulesOfAJdkCompilesWithJanino() throws Exception {
    Process child =
        new ProcessBuilder(
                java.nio.file.Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--limit-modules",
                "java.base,java.logging,java.xml,java.naming",
                "-cp",
                System.getProperty("java.class.path"),
                CompilesOneSource.class.getName())
            .redirectErrorStream(true)
            .start();
    List<String> lines;
    try (var out = child.inputReader(StandardCharsets.UTF_8)) {
      lines = out.lines().filter(line -> line.startsWith("answer: ")).toList();
    }
    assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(lines)
        .containsExactly(
            "answer: JANINO", "answer: GUARDRAIL_COMPILE", "answer: SOURCE_COMPILER_MISSING");
  }

  /** What runs in that JVM. */
  static final class CompilesOneSource {
    private CompilesOneSource() {}

    public static void main(String[] arguments) {
      String modern = Sources.checking("var x = 1;");
      System.out.println("answer: " + Sources.compile(Sources.checking("int x = 1;")).compiler());
      System.out.println("answer: " + refusal(new SourceCompiler(), modern).code());
      System.out.println(
          "answer: " + refusal(new SourceCompiler(), headed(modern, "javac")).code());
    }
  }

  @Test
  void everyGapOfTheDialectHasAnExampleThatCompilesAndOneThatNeedsTheJdk() {
    for (DialectGap gap : DialectGap.values()) {
      assertThat(Sources.compile(example(gap, gap.after()), CompilerChoice.JANINO))
          .as("%s, what to write instead", gap)
          .isNotNull();
      assertThat(Sources.compile(example(gap, gap.before()), CompilerChoice.JAVAC))
          .as("%s, before", gap)
          .isNotNull();
      MonitorException refused =
          catchThrowableOfType(
              MonitorException.class,
              () -> Sources.compile(example(gap, gap.before()), CompilerChoice.JANINO));
      assertThat(refused).as("%s, by Janino", gap).isNotNull();
      assertThat(refused.code()).isEqualTo(ErrorCode.GUARDRAIL_COMPILE);
      assertThat(refused.getMessage()).as("%s", gap).contains(gap.advice());
    }
  }

  @Test
  void errorsOfTheJdksCompilerNameFileLineAndColumn() {
    MonitorException wrong =
        catchThrowableOfType(
            MonitorException.class, () -> Sources.compile(Sources.checking("var x = nonsense();")));
    assertThat(wrong.code()).isEqualTo(ErrorCode.GUARDRAIL_COMPILE);
    assertThat(wrong.getMessage())
        .startsWith("Probe.java line 15, column 9: ")
        .contains("cannot find symbol; symbol: method nonsense(); location: class Probe");
    MonitorException failing =
        catchThrowableOfType(
            MonitorException.class,
            () ->
                Sources.guardrail(Sources.checking("var a = new int[2];\nint x = a[2];"))
                    .check(FakeMetricView.empty()));
    assertThat(failing.getMessage())
        .startsWith("Probe.java line 16: check() threw ArrayIndexOutOfBoundsException");
  }

  private static String said(String members) {
    return reason(Sources.guardrail(modern(members)));
  }

  private static String reason(Guardrail guardrail) {
    Verdict verdict = guardrail.check(FakeMetricView.empty());
    return verdict.match(pass -> "pass", breach -> breach.reason(), unknown -> "unknown");
  }

  private static String modern(String members) {
    return Sources.source(
            members
                + "public Verdict check(MetricView view) { return Verdict.breach(say(view)); }\n")
        .replace("import java.util.*;", "import java.util.*; import java.util.function.*;");
  }

  private static String headed(String text, String compiler) {
    return text.replace(" * id: probe\n", " * id: probe\n * compiler: " + compiler + "\n");
  }

  private static String example(DialectGap gap, String code) {
    String text =
        gap.isMember()
            ? Sources.source(
                "public Verdict check(MetricView v) { return Verdict.pass(); }\n" + code + "\n")
            : Sources.checking("int k = 1; Object o = \"\"; List<Double> list = null;\n" + code);
    return text.replace("import java.util.*;", "import java.util.*; import java.util.function.*;")
        .replace("List<Double> list = null;\nString s", "String s");
  }

  private static MonitorException refusal(SourceCompiler compiler, String text) {
    return catchThrowableOfType(
        MonitorException.class,
        () -> compiler.compile(Sources.FILE, text.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void aSourceMayHaveClassesNamedLikeThoseOfItsLambdas() {
    assertThat(
            said(
                "static class X$$Lambda1 { String s = \"mine\"; }"
                    + " String say(MetricView v) { Supplier<String> s = () -> new"
                    + " X$$Lambda1().s; return s.get(); }"
                    + " static String record$toString(Probe p) { return \"own\"; }"))
        .isEqualTo("mine");
  }

  @Test
  void aSourceThatIsRestoredIsNotCompiled() {
    CompiledSource compiled = Sources.compile(Sources.checking("var x = 1;"));
    byte[] stored = compiled.classes();
    var extension =
        ScriptCode.load("other name.java", compiled.header(), stored)
            .instantiate(FakePluginContext.forTarget());
    assertThat(extension.id()).isEqualTo("probe");
  }
}
