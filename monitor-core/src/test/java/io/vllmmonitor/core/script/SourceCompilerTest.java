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
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SourceCompilerTest {
  @Test
  void aGuardrailJudgesWithItsConfiguration() {
    String text =
        Sources.source(
            """
            private final double limit;
            private int seen;
            public Probe(io.vllmmonitor.api.plugin.PluginContext context) {
              limit = context.config().number("limit", 0.5);
            }
            public Verdict check(MetricView view) {
              seen++;
              double usage = view.max("vllm:kv_cache_usage_perc");
              return usage > limit
                  ? Verdict.breach("KV cache at " + usage + " for the " + seen + ". time")
                  : Verdict.pass();
            }
            """);
    CompiledSource compiled = Sources.compile(text);
    Guardrail guardrail =
        (Guardrail)
            ScriptCode.load(Sources.FILE, compiled.header(), compiled.classes())
                .instantiate(FakePluginContext.forTarget().withConfig(Map.of("limit", "0.9")));
    assertThat(compiled.header().defaults()).containsEntry("limit", "0.95");
    assertThat(reason(guardrail, "vllm:kv_cache_usage_perc", 0.8)).isEqualTo("pass");
    assertThat(reason(guardrail, "vllm:kv_cache_usage_perc", 0.97))
        .isEqualTo("KV cache at 0.97 for the 2. time");
  }

  @Test
  void collectionsNestedClassesAndEnumsWork() {
    String text =
        Sources.source(
            """
            private final Map counts = new TreeMap();
            private final List order = new ArrayList();
            enum Kind { LOW, HIGH }
            static class Entry {
              final String name; final double value;
              Entry(String name, double value) { this.name = name; this.value = value; }
              public String toString() { return name + "=" + value; }
            }
            static class ByValue implements Comparator {
              public int compare(Object a, Object b) {
                return Double.compare(((Entry) a).value, ((Entry) b).value);
              }
            }
            public Verdict check(MetricView view) {
              order.add(new Entry("b", 2));
              order.add(new Entry("a", 1));
              Collections.sort(order, new ByValue());
              for (Object o : order) {
                Entry e = (Entry) o;
                Integer n = (Integer) counts.get(e.name);
                counts.put(e.name, n == null ? 1 : n.intValue() + 1);
              }
              double[] window = new double[3];
              for (int i = 0; i < window.length; i++) { window[i] = i; }
              Kind kind = counts.size() > 1 ? Kind.HIGH : Kind.LOW;
              switch (kind) {
                case HIGH: return Verdict.breach(order + " " + counts + " " + kind.name());
                default: return Verdict.pass();
              }
            }
            """);
    assertThat(reason(Sources.guardrail(text), "x", 1)).isEqualTo("[a=1.0, b=2.0] {a=1, b=1} HIGH");
  }

  @Test
  void tryCatchFinallyRunsFinallyOnce() {
    String text =
        Sources.source(
            """
            private String log = "";
            private void caught() {
              try {
                log = log + "t";
                throw new IllegalStateException("x");
              } catch (IllegalStateException e) {
                log = log + "c";
              } finally {
                log = log + "f";
                if (log.length() < 9) { throw new IllegalArgumentException("F"); }
              }
            }
            private void nested() {
              try {
                try { log = log + "t"; throw new IllegalStateException("x"); }
                finally { log = log + "1"; }
              } catch (IllegalStateException e) {
                log = log + "c";
              } finally {
                log = log + "2";
              }
            }
            private void rethrown() {
              try {
                throw new IllegalStateException("x");
              } catch (IllegalStateException e) {
                throw new IllegalArgumentException("y");
              } finally {
                log = log + "f";
              }
            }
            public Verdict check(MetricView view) {
              String all = "";
              try { caught(); } catch (RuntimeException e) { log = log + e.getMessage(); }
              all = all + log + " ";
              log = "";
              nested();
              all = all + log + " ";
              log = "";
              try { rethrown(); } catch (RuntimeException e) { log = log + e.getMessage(); }
              return Verdict.breach(all + log);
            }
            """);
    assertThat(reason(Sources.guardrail(text), "x", 1)).isEqualTo("tcfF t1c2 fy");
  }

  @Test
  void jumpsOutOfATryWithFinallyAreRefused() {
    for (String jump :
        new String[] {
          "try { return Verdict.pass(); } finally { view.now(); }",
          "for (;;) { try { break; } finally { view.now(); } }",
          "for (;;) { try { switch (1) { case 1: continue; } } finally { view.now(); } }",
          "a: for (;;) { try { for (;;) { continue a; } } finally { view.now(); } }",
          "for (;;) { try { view.now(); } finally { continue; } }",
        }) {
      assertThat(compileError(jump)).as(jump).contains("line 15").contains("after the try");
    }
    Sources.compile(
        Sources.checking(
            "try { for (int i = 0; i < 3; i++) { if (i == 1) { continue; } break; }"
                + " switch (1) { case 1: break; } } finally { view.now(); }"),
        CompilerChoice.JANINO);
  }

  @Test
  void whatASourceThrowsComesOutAsTextWithItsLine() {
    Guardrail guardrail =
        Sources.guardrail(Sources.checking("int[] a = new int[2];\nint x = a[2];"));
    MonitorException failure =
        catchThrowableOfType(MonitorException.class, () -> guardrail.check(FakeMetricView.empty()));
    assertThat(failure.code()).isEqualTo(ErrorCode.GUARDRAIL_EVALUATION);
    assertThat(failure.getMessage())
        .startsWith("Probe.java line 16: check() threw ArrayIndexOutOfBoundsException");
    assertThat(failure.getCause()).isNull();
  }

  @Test
  void everyInstanceHasStaticFieldsOfItsOwn() {
    CompiledSource compiled =
        Sources.compile(
            Sources.source(
                """
                static int count;
                public Verdict check(MetricView view) { return Verdict.breach("" + ++count); }
                """));
    ScriptCode code = ScriptCode.load(Sources.FILE, compiled.header(), compiled.classes());
    Guardrail first = (Guardrail) code.instantiate(FakePluginContext.forTarget());
    Guardrail second = (Guardrail) code.instantiate(FakePluginContext.forTarget());
    assertThat(reason(first, "x", 1)).isEqualTo("1");
    assertThat(reason(first, "x", 1)).isEqualTo("2");
    assertThat(reason(second, "x", 1)).isEqualTo("1");
  }

  @Test
  void theSameSourceGivesTheSameBytes() {
    String text = Sources.checking("for (int i = 0; i < 3; i++) { }");
    assertThat(Sources.compile(text).classes()).isEqualTo(Sources.compile(text).classes());
  }

  @Test
  void aDamagedBundleIsRecognised() {
    byte[] classes = Sources.compile(Sources.checking("")).classes();
    SourceHeader header = SourceHeader.parse(Sources.FILE, Sources.checking(""));
    for (byte[] bad : new byte[][] {new byte[0], new byte[40], truncated(classes)}) {
      assertThat(
              catchThrowableOfType(
                      MonitorException.class, () -> ScriptCode.load(Sources.FILE, header, bad))
                  .code())
          .isEqualTo(ErrorCode.STORE_DAMAGED);
    }
  }

  /** Stores of earlier versions hold such. */
  @Test
  void aBundleOfTheFirstFormatIsAGuardrailMadeByJanino() throws IOException {
    CompiledSource compiled = Sources.compile(Sources.checking(""));
    ClassBundle bundle = ClassBundle.decode(compiled.classes());
    ByteArrayOutputStream first = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(first);
    out.writeInt(0x564D5343);
    out.writeByte(1);
    out.writeUTF(bundle.mainClass());
    out.writeInt(bundle.classes().size());
    for (Map.Entry<String, byte[]> entry : bundle.classes().entrySet()) {
      out.writeUTF(entry.getKey());
      out.writeInt(entry.getValue().length);
      out.write(entry.getValue());
    }
    ScriptCode code = ScriptCode.load(Sources.FILE, compiled.header(), first.toByteArray());
    assertThat(code.kind()).isEqualTo(SourceKind.GUARDRAIL);
    assertThat(code.compiler()).isEqualTo(CompilerChoice.JANINO);
    assertThat(code.instantiate(FakePluginContext.forTarget()).id()).isEqualTo("probe");
  }

  @Test
  void compileErrorsNameFileLineColumnAndHelp() {
    assertThat(compileError("int x = ;")).startsWith("Probe.java line 15, column 9: ");
    assertThat(compileError("nonsense();")).startsWith("Probe.java line 15, column 1: ");
    assertThat(compileError("var x = 1;")).contains("Hint: 'var' is not in this dialect");
    assertThat(compileError("Comparator c = (a, b) -> 0;")).contains("nested class");
    assertThat(compileError("Object o = view; if (o instanceof String s) { }"))
        .contains("test, then cast");
    assertThat(compileError("int k = switch (1) { case 1 -> 2; default -> 3; };"))
        .contains("switch expressions are not in this dialect");
    assertThat(compileError("String s = new ArrayList().get(0);")).contains("cast");
    assertThat(compileError("try { int x = 1; } catch (ArithmeticException | Error e) { }"))
        .contains("one catch per type");
    assertThat(compileError("record P(int x) { }")).contains("records are not in this dialect");
  }

  @Test
  void anIdOtherThanTheHeadersIsRefused() {
    String text = Sources.checking("").replace("return \"probe\"", "return \"other\"");
    MonitorException refused =
        catchThrowableOfType(MonitorException.class, () -> Sources.guardrail(text));
    assertThat(refused.code()).isEqualTo(ErrorCode.GUARDRAIL_SOURCE_HEADER);
  }

  @Test
  void aSourceThatIsOfNoKindOrOfTwoIsRefused() {
    String none = Sources.checking("").replace(" implements Guardrail", "");
    String two =
        Sources.source(
                "public Verdict check(MetricView view) { return Verdict.pass(); }\n"
                    + "public void onTransition("
                    + "io.vllmmonitor.api.lifecycle.StateCheckpoint c) { }\n")
            .replace(
                "implements Guardrail",
                "implements Guardrail, io.vllmmonitor.api.lifecycle.LifecycleListener");
    for (String text : new String[] {none, two}) {
      MonitorException refused =
          catchThrowableOfType(MonitorException.class, () -> Sources.compile(text));
      assertThat(refused.code()).isEqualTo(ErrorCode.SOURCE_KIND);
      assertThat(refused.getMessage()).contains("expected exactly one").contains("Learner");
    }
  }

  @Test
  void aLateCompilationIsAbandonedAndItsBytesAreQuarantined() {
    CountDownLatch never = new CountDownLatch(1);
    SourceCompiler compiler =
        new SourceCompiler(
            new DeadlineWorker("test-compiler", Duration.ofMillis(50), 2),
            (file, text, choice) -> {
              awaitQuietly(never);
              return new byte[0];
            });
    assertThat(code(compiler, Sources.checking("int a;")))
        .isEqualTo(ErrorCode.GUARDRAIL_COMPILE_TIMEOUT);
    assertThat(code(compiler, Sources.checking("int a;")))
        .isEqualTo(ErrorCode.GUARDRAIL_SOURCE_QUARANTINED);
    assertThat(code(compiler, Sources.checking("int b;")))
        .isEqualTo(ErrorCode.GUARDRAIL_COMPILE_TIMEOUT);
    MonitorException refused =
        catchThrowableOfType(
            MonitorException.class, () -> compile(compiler, Sources.checking("int c;")));
    assertThat(refused.getMessage()).contains("2 compilations never ended");
    never.countDown();
  }

  private static void awaitQuietly(CountDownLatch latch) {
    boolean opened = false;
    while (!opened) {
      try {
        latch.await();
        opened = true;
      } catch (InterruptedException e) {
        // A compiler does not listen to interrupts either.
        opened = false;
      }
    }
  }

  private static ErrorCode code(SourceCompiler compiler, String text) {
    return catchThrowableOfType(MonitorException.class, () -> compile(compiler, text)).code();
  }

  private static void compile(SourceCompiler compiler, String text) {
    compiler.compile(Sources.FILE, text.getBytes(StandardCharsets.UTF_8));
  }

  private static String compileError(String statements) {
    MonitorException failure =
        catchThrowableOfType(
            MonitorException.class,
            () -> Sources.compile(Sources.checking(statements), CompilerChoice.JANINO));
    assertThat(failure.code()).isEqualTo(ErrorCode.GUARDRAIL_COMPILE);
    return String.valueOf(failure.getMessage());
  }

  private static byte[] truncated(byte[] bytes) {
    return java.util.Arrays.copyOf(bytes, bytes.length - 1);
  }

  private static String reason(Guardrail guardrail, String metric, double value) {
    Verdict verdict = guardrail.check(FakeMetricView.empty().sample(metric, value));
    return verdict.match(pass -> "pass", breach -> breach.reason(), unknown -> "unknown");
  }
}
