package io.vllmmonitor.core.plugin;

import static io.vllmmonitor.core.plugin.PlatformRig.ADVISED;
import static io.vllmmonitor.core.plugin.PlatformRig.said;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.extension.StateSnapshot;
import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.core.extension.Bound;
import io.vllmmonitor.testkit.plugin.FakeMetricView;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a plugin sees, what of it comes out, and that nothing of it stays. */
@Timeout(120)
class PluginIsolationTest {
  /** A guardrail that answers with the result of an expression. */
  private static final String ANSWERING =
      """
      public List<Guardrail> guardrails(PluginContext context) { return List.of(new Answer()); }
      static class Answer implements Guardrail {
        public String id() { return "answer"; }
        public GuardrailSpec spec() {
          return GuardrailSpec.of(Severity.ERROR, FailureKind.CACHE_OVERFLOW, "Answers.");
        }
        static String sees(String name) {
          try { Class.forName(name); return "yes"; } catch (ClassNotFoundException e) { return "no"; }
        }
        static class Own extends RuntimeException {
          final byte[] big = new byte[1000];
          Own(String m) { super(m); }
        }
        public Verdict check(MetricView view) { BODY }
        STATE
      }
      """;

  @TempDir Path home;
  private PlatformRig rig;

  @BeforeEach
  void open() throws IOException {
    rig = new PlatformRig(home);
  }

  @Test
  void aPluginSeesTheJdkAndTheApiAndNothingElse() throws IOException {
    dropAnswering(
        "return Verdict.breach(sees(\"io.vllmmonitor.api.view.MetricView\")"
            + " + sees(\"java.net.http.HttpClient\")"
            + " + sees(\"io.vllmmonitor.core.plugin.PluginPlatform\")"
            + " + sees(\"org.pf4j.PluginManager\") + sees(\"org.slf4j.Logger\")"
            + " + sees(\"com.google.common.collect.ImmutableList\"));");
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      assertThat(said(platform, ADVISED, "answer")).isEqualTo("yesyesnononono");
    }
  }

  @Test
  void whatAPluginThrowsComesOutAsText() throws IOException {
    dropAnswering("throw new Own(\"broken\");");
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      Guardrail guardrail = platform.forTarget(ADVISED).guardrails().get(0).extension();
      MonitorException failure =
          catchThrowableOfType(
              MonitorException.class, () -> guardrail.check(FakeMetricView.empty()));
      assertThat(failure.code()).isEqualTo(ErrorCode.PLUGIN_CALL_FAILED);
      assertThat(failure.getMessage()).contains("guardrail answer of acme").contains("Own: broken");
      assertThat(failure.getCause()).isNull();
    }
  }

  @Test
  void anUnloadedPluginLeavesNoClassLoaderBehind() throws IOException {
    dropAnswering("throw new Own(\"broken\");");
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      Bound<Guardrail> kept = platform.forTarget(ADVISED).guardrails().get(0);
      WeakReference<ClassLoader> loader = loaderOf(platform);
      assertThat(loader.get()).isNotNull();
      assertThatThrownBy(() -> kept.extension().check(FakeMetricView.empty()))
          .hasMessageContaining("broken");
      platform.disable("acme");
      // The engine may hold an old Bound for a while: that must not hold the plugin.
      MonitorException unloaded =
          catchThrowableOfType(
              MonitorException.class, () -> kept.extension().check(FakeMetricView.empty()));
      assertThat(unloaded.getMessage()).contains("was unloaded");
      await()
          .atMost(Duration.ofSeconds(20))
          .until(
              () -> {
                System.gc();
                return loader.get() == null;
              });
      assertThat(kept.unit()).isEqualTo("acme");
    }
  }

  @Test
  void aStateThatCannotBeRestoredIsKeptAndTheInstanceStartsFresh() throws IOException {
    dropAnswering(
        "return Verdict.breach(\"restored \" + restored);",
        "String restored = \"no\";"
            + " public void restoreState(StateReader state, int version)"
            + " { restored = \"half\"; throw new Own(\"cannot\"); }");
    rig.history.put(
        new StateSnapshot(
            "answer",
            ADVISED.id(),
            "acme",
            "",
            1,
            rig.clock.instant(),
            "{\"a\":{\"text\":\"b\"}}"));
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      assertThat(said(platform, ADVISED, "answer")).isEqualTo("restored no");
      assertThat(rig.problemCodes("acme")).containsExactly("PLUGIN_STATE_RESTORE");
      String kept = rig.problems.open().get(0).message().replaceFirst(".* as blob ", "");
      assertThat(new String(rig.blobs.get(kept), StandardCharsets.UTF_8))
          .isEqualTo("{\"a\":{\"text\":\"b\"}}");
    }
  }

  @Test
  void aTargetGetsWhatTheOthersBringWhenOnePluginFails() throws IOException {
    rig.drop(
        rig.plugins,
        "a.jar",
        TestJars.plugin(
                "failing",
                "1.0.0",
                "public List<Guardrail> guardrails(PluginContext c)"
                    + " { throw new IllegalStateException(\"not for \" + c.target().get().id()); }")
            .bytes());
    rig.drop(rig.plugins, "b.jar", TestJars.counting("good", "1.0.0", "counts").bytes());
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      assertThat(PlatformRig.guardrails(platform, ADVISED)).containsExactly("counts");
      assertThat(rig.problemCodes("failing")).containsExactly("PLUGIN_START_FAILED");
    }
  }

  @Test
  void theWatchTakesADroppedSourceInByItself() throws IOException {
    try (PluginPlatform platform =
        new PluginPlatform(
            new PlatformFolders(
                rig.bundled,
                rig.plugins,
                rig.guardrails,
                rig.extensions,
                home.resolve("work"),
                false,
                true),
            new PlatformServices(
                rig.blobs,
                rig.history,
                rig.history,
                rig.problems,
                new io.vllmmonitor.api.sample.MetricCatalog(),
                unit -> io.vllmmonitor.api.config.Settings.empty(),
                java.util.Set.of(),
                target -> new io.vllmmonitor.testkit.plugin.FakeTargetHttp(),
                java.time.InstantSource.system(),
                unit -> new java.util.SplittableRandom(7),
                rig.context(),
                new io.vllmmonitor.core.jar.JarPolicy(rig.trust, () -> rig.machine)))) {
      platform.boot();
      platform.watch();
      rig.drop("Saying.java", PlatformRig.source("says", "1.0.0", "one"));
      await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> PlatformRig.guardrails(platform, ADVISED).contains("says"));
      Files.writeString(
          rig.guardrails.resolve("Saying.java"), PlatformRig.source("says", "1.1.0", "two"));
      await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> said(platform, ADVISED, "says").startsWith("two"));
    }
  }

  /** The loader of the one jar; the platform's copy of it names the loader. */
  private static WeakReference<ClassLoader> loaderOf(PluginPlatform platform) {
    return new WeakReference<>(platform.classLoader("acme").orElseThrow());
  }

  private void dropAnswering(String body) throws IOException {
    dropAnswering(body, "");
  }

  private void dropAnswering(String body, String state) throws IOException {
    rig.drop(
        rig.plugins,
        "acme.jar",
        TestJars.plugin("acme", "1.0.0", ANSWERING.replace("BODY", body).replace("STATE", state))
            .bytes());
  }
}
