package io.vllmmonitor.core.jar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.core.testing.JarBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jars that were built against an API that is not the one that runs. */
class LinkCheckTest {
  private static final String IMPORTS =
      """
      import io.vllmmonitor.api.guardrail.*;
      import io.vllmmonitor.api.lifecycle.*;
      import io.vllmmonitor.api.plugin.*;
      import io.vllmmonitor.api.view.*;
      import java.util.*;
      import java.util.function.*;
      """;

  @TempDir Path folder;

  @Test
  void aMissingMethodIsNamedWithItsCallerItsLineAndTheNearest() throws IOException {
    JarBuilder jar =
        JarBuilder.plugin("acme")
            .stub(
                "io.vllmmonitor.api.view.MetricView",
                "public interface MetricView { double summ(String name); }")
            .source(
                "acme.Use",
                IMPORTS
                    + "class Use {\n double all(MetricView view) {\n return view.summ(\"x\");\n }\n}");
    assertThat(refusal(jar))
        .contains(
            "acme.Use.all (line 10) calls double io.vllmmonitor.api.view.MetricView.summ(String),"
                + " which is not there; the nearest is double MetricView.sum(String)");
  }

  @Test
  void anotherDescriptorIsAnotherMethod() throws IOException {
    JarBuilder jar =
        JarBuilder.plugin("acme")
            .stub(
                "io.vllmmonitor.api.view.MetricView",
                "public interface MetricView { float sum(String[] names, int[][] x); }")
            .source(
                "acme.Use",
                IMPORTS
                    + "class Use { float all(MetricView view) { return view.sum(null, null); } }");
    assertThat(refusal(jar))
        .contains("calls float io.vllmmonitor.api.view.MetricView.sum(String[], int[][])")
        .contains("the nearest is double MetricView.sum(String)");
  }

  @Test
  void missingFieldsConstructorsTypesAndHandlesAreFound() throws IOException {
    JarBuilder jar =
        JarBuilder.plugin("acme")
            .stub("io.vllmmonitor.api.guardrail.Severity", "public enum Severity { ERROR, FATAL; }")
            .stub(
                "io.vllmmonitor.api.target.TargetId", "public record TargetId(String a, int b) {}")
            .stub("io.vllmmonitor.api.guardrail.Verdicts", "public class Verdicts {}")
            .stub(
                "io.vllmmonitor.api.view.MetricView",
                "public interface MetricView { double gone(String name); }")
            .source(
                "acme.Use",
                IMPORTS
                    + "class Use { Object a() { return Severity.FATAL; }"
                    + " Object b() { return new io.vllmmonitor.api.target.TargetId(\"a\", 1); }"
                    + " Object c(Object o) { return o instanceof Verdicts; }"
                    + " ToDoubleBiFunction<MetricView, String> d() { return MetricView::gone; } }");
    assertThat(refusal(jar))
        .contains("acme.Use.a (line 8) uses Severity io.vllmmonitor.api.guardrail.Severity.FATAL")
        .contains("calls new io.vllmmonitor.api.target.TargetId(String, int)")
        .contains("the nearest is new TargetId(String)")
        .contains(
            "names io.vllmmonitor.api.guardrail.Verdicts, which is not there; the nearest is"
                + " io.vllmmonitor.api.guardrail.Verdict")
        .contains(
            "acme.Use.d (line 8) calls double io.vllmmonitor.api.view.MetricView.gone(String)");
  }

  @Test
  void aMethodThatAnOwnClassWasToInheritIsFoundThroughIt() throws IOException {
    String guardrail =
        "public interface Guardrail extends io.vllmmonitor.api.extension.Extension {"
            + " GuardrailSpec spec(); Verdict check(io.vllmmonitor.api.view.MetricView view);"
            + " default void pause() {} }";
    String base =
        IMPORTS
            + "abstract class Base implements Guardrail { public String id() { return \"aa\"; } }";
    String mine =
        IMPORTS
            + "class Mine extends Base { public GuardrailSpec spec() { return null; }"
            + " public Verdict check(MetricView view) { pause(); close(); id(); hashCode(); getClass();"
            + " return Verdict.pass(); } }";
    JarBuilder jar =
        JarBuilder.plugin("acme")
            .stub("io.vllmmonitor.api.guardrail.Guardrail", guardrail)
            .source("acme.Base", base)
            .source("acme.Mine", mine);
    assertThat(refusal(jar))
        .contains("acme.Mine.check (line 8) calls void acme.Mine.pause()")
        .doesNotContain("close()")
        .doesNotContain("hashCode");
  }

  @Test
  void aMethodThatTheMonitorCallsAndTheClassLacksIsNamed() throws IOException {
    JarBuilder jar =
        JarBuilder.plugin("acme")
            .stub(
                "io.vllmmonitor.api.guardrail.Guardrail",
                "public interface Guardrail extends io.vllmmonitor.api.extension.Extension {}")
            .source(
                "acme.Old",
                IMPORTS
                    + "class Old implements Guardrail { public String id() { return \"old\"; } }");
    assertThat(refusal(jar))
        .contains("acme.Old lacks GuardrailSpec io.vllmmonitor.api.guardrail.Guardrail.spec()")
        .contains(
            "acme.Old lacks Verdict io.vllmmonitor.api.guardrail.Guardrail.check(MetricView)");
  }

  @Test
  void innerPartsOfTheMonitorAreNotShown() throws IOException {
    JarBuilder jar =
        JarBuilder.plugin("acme")
            .stub(
                "io.vllmmonitor.core.engine.Engine",
                "public class Engine { public static void stop() {} }")
            .source(
                "acme.Use", "class Use { void a() { io.vllmmonitor.core.engine.Engine.stop(); } }");
    assertThat(refusal(jar))
        .contains(
            "acme.Use.a (line 2) names io.vllmmonitor.core.engine.Engine, which is an inner part")
        .contains("PluginContext");
  }

  @Test
  void apiTypesThatAreNotPublicAreNotThere() throws IOException {
    JarBuilder jar =
        JarBuilder.plugin("acme")
            .stub("io.vllmmonitor.api.sample.SelectorParser", "public class SelectorParser {}")
            .source("acme.Use", "class Use extends io.vllmmonitor.api.sample.SelectorParser {}");
    assertThat(refusal(jar))
        .contains("names io.vllmmonitor.api.sample.SelectorParser, which is not there");
  }

  @Test
  void everythingThatJavaHasIsUnderstood() throws IOException {
    JarBuilder jar =
        JarBuilder.guardrail("acme", "new Many().all(view)")
            .source(
                "acme.Many",
                IMPORTS
                    + """
                    class Many {
                      record Pair(String left, Severity right) {}
                      enum Own { A, B }
                      sealed interface Shape permits Round, Square {}
                      record Round(double r) implements Shape {}
                      record Square(double a) implements Shape {}
                      static abstract class Generic<T extends Comparable<T>> implements Guardrail {
                        abstract T limit();
                        public Verdict check(MetricView view) { return Verdict.pass(); }
                      }
                      static class Concrete extends Generic<Double> {
                        Double limit() { return 1.0; }
                        public String id() { return "concrete"; }
                        public GuardrailSpec spec() { return null; }
                      }
                      String all(MetricView view) {
                        Severity[] all = Severity.values().clone();
                        String text = switch (all[0]) { case ERROR -> "e"; default -> "d"; };
                        Supplier<String> name = view.target()::toString;
                        Comparator<Pair> order = Comparator.comparing(Pair::right);
                        try (Guardrail guardrail = new Concrete()) {
                          text += guardrail.id() + guardrail.stateVersion() + FailureKind.valueOf("CACHE_OVERFLOW").ordinal();
                        } catch (io.vllmmonitor.api.error.MonitorException e) {
                          text += e.code().label() + e.getMessage() + e.getSuppressed().length;
                        }
                        int[][] grid = new int[2][3];
                        Object o = new Round(grid.length);
                        return text + name.get() + order.compare(new Pair("a", all[0]), new Pair("b", all[0]))
                            + (o instanceof Round r ? r.r() : 0) + Own.A + MetricView.class + view.now();
                      }
                    }
                    """);
    Path file = jar.write(folder.resolve("many.jar"));
    assertThat(new JarChecks().check(file, "many.jar", false).id()).isEqualTo("acme");
  }

  @Test
  void aClassThatNamesTheApiOnlyThroughAnotherIsLookedAtToo() throws IOException {
    JarBuilder jar =
        JarBuilder.plugin("acme")
            .stub(
                "io.vllmmonitor.api.plugin.MonitorPlugin",
                "public interface MonitorPlugin { default int gone() { return 1; } }")
            .source("acme.Use", "class Use { int a(Entry entry) { return entry.gone(); } }");
    assertThat(refusal(jar)).contains("acme.Use.a (line 2) calls int acme.Entry.gone()");
    for (int i = 0; i < 60; i++) {
      jar.source(
          "acme.More" + i,
          "abstract class More" + i + " implements io.vllmmonitor.api.plugin.MonitorPlugin {}");
    }
    assertThat(refusal(jar)).contains("acme.Use.a (line 2) calls int acme.Entry.gone()");
  }

  @Test
  void manyMissingThingsAreCounted() throws IOException {
    StringBuilder stub = new StringBuilder("public interface MetricView {");
    StringBuilder use =
        new StringBuilder("class Use { void all(io.vllmmonitor.api.view.MetricView v) {");
    for (int i = 0; i < 9; i++) {
      stub.append("double gone").append(i).append("();");
      use.append("v.gone").append(i).append("();");
    }
    JarBuilder jar =
        JarBuilder.plugin("acme")
            .stub("io.vllmmonitor.api.view.MetricView", stub + "}")
            .source("acme.Use", use + "}}");
    assertThat(refusal(jar))
        .contains("gone4()")
        .doesNotContain("gone5()")
        .contains("; and 4 more.");
  }

  @Test
  void classesOfAPluginBelowAreItsOwnBusiness() throws IOException {
    byte[] base =
        JarBuilder.plugin("base")
            .source(
                "base.Tool",
                "public abstract class Tool implements io.vllmmonitor.api.plugin.MonitorPlugin {"
                    + " public void help() {} }")
            .bytes();
    JarBuilder jar =
        JarBuilder.of("acme")
            .manifest("Plugin-Dependencies", "base")
            .on(base)
            .entry("acme.Entry")
            .source(
                "acme.Entry", "public class Entry extends base.Tool { void use() { help(); } }");
    Path file = jar.write(folder.resolve("dependent.jar"));
    assertThat(new JarChecks().check(file, "dependent.jar", false).entry()).isEqualTo("acme.Entry");
  }

  private String refusal(JarBuilder jar) throws IOException {
    Path file = Files.write(folder.resolve("test.jar"), jar.bytes());
    MonitorException refused =
        catchThrowableOfType(
            MonitorException.class, () -> new JarChecks().check(file, "test.jar", false));
    assertThat(refused.code()).as(refused.getMessage()).isEqualTo(ErrorCode.PLUGIN_LINK);
    return refused.getMessage();
  }
}
