package io.vllmmonitor.core.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vllmmonitor.api.code.CodeStatus;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.api.target.TargetMode;
import io.vllmmonitor.core.extension.Bound;
import io.vllmmonitor.core.extension.ExtensionSet;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PromotionsTest {
  private static final Target ACTING =
      Target.of(URI.create("http://gpu:8000"), TargetMode.ACT, Duration.ofSeconds(5));

  private static final String SOURCE =
      """
      /*
       * id: always
       * version: %s
       * description: a guardrail of a test
       */
      import io.vllmmonitor.api.guardrail.Guardrail;
      import io.vllmmonitor.api.guardrail.GuardrailSpec;
      import io.vllmmonitor.api.guardrail.Severity;
      import io.vllmmonitor.api.guardrail.Verdict;
      import io.vllmmonitor.api.lifecycle.FailureKind;
      import io.vllmmonitor.api.view.MetricView;

      public class Always implements Guardrail {
        public String id() {
          return "always";
        }

        public GuardrailSpec spec() {
          return GuardrailSpec.of(Severity.ERROR, FailureKind.GENERIC_ERROR, "test");
        }

        public Verdict check(MetricView view) {
          return Verdict.pass();
        }
      }
      """;

  @TempDir Path home;
  private PlatformRig rig;
  private PluginPlatform platform;

  @BeforeEach
  void boot() throws IOException {
    rig = new PlatformRig(home);
    rig.drop("Always.java", SOURCE.formatted("1.0.0"));
    platform = rig.boot();
    rig.settle(platform);
  }

  private Bound<Guardrail> guardrail() {
    ExtensionSet extensions = platform.forTarget(ACTING);
    assertThat(extensions.guardrails()).hasSize(1);
    return extensions.guardrails().get(0);
  }

  @Test
  void aPromotionThatCannotBeCarriedOutIsNotRemembered() throws IOException {
    Path flag = home.resolve("no-more");
    rig.drop(
        rig.plugins,
        "acme.jar",
        TestJars.plugin(
                "acme",
                "1.0.0",
                "public Entry() { if (new java.io.File(\""
                    + flag
                    + "\").exists()) throw new Error(\"once only\"); }")
            .bytes());
    rig.settle(platform);
    Files.createFile(flag);

    assertThatThrownBy(() -> platform.promote("acme", Stage.SHADOW, "by a test"))
        .hasMessageContaining("once only");

    assertThat(platform.stage("acme", TargetMode.ACT)).isEqualTo(Stage.ACT);
    assertThat(rig.history.rows("acme")).endsWith("1 SHADOW", "1 ACTIVE");
    assertThat(platform.classLoader("acme")).isPresent();
  }

  @Test
  void aDroppedSourceWaitsInShadowAndIsPromotedStepByStep() {
    assertThat(guardrail().shadow()).isTrue();
    assertThat(platform.stage("always", TargetMode.ACT)).isEqualTo(Stage.SHADOW);
    assertThat(platform.stage("always", TargetMode.ADVISE)).isEqualTo(Stage.ACT);

    PluginSummary advising = platform.promote("always", Stage.ADVISE, "by a test");
    assertThat(advising.generation().status()).isEqualTo(CodeStatus.ACTIVE);
    assertThat(guardrail().shadow()).isFalse();
    assertThat(guardrail().adviseOnly()).isTrue();

    PluginSummary acting = platform.promote("always", Stage.ACT, "by a test");
    assertThat(acting.generation().reason()).isEqualTo("by a test");
    assertThat(guardrail().adviseOnly()).isFalse();

    PluginSummary back = platform.promote("always", Stage.SHADOW, "by a test");
    assertThat(back.generation().status()).isEqualTo(CodeStatus.SHADOW);
    assertThat(guardrail().shadow()).isTrue();
  }

  @Test
  void aPromotionSurvivesARestart() {
    PluginSummary unused = platform.promote("always", Stage.ADVISE, "by a test");
    platform.close();

    platform = rig.boot();

    assertThat(guardrail().shadow()).isFalse();
    assertThat(guardrail().adviseOnly()).isTrue();
  }

  @Test
  void newContentStartsOver() throws IOException {
    PluginSummary unused = platform.promote("always", Stage.ACT, "by a test");
    assertThat(guardrail().shadow()).isFalse();

    rig.drop("Always.java", SOURCE.formatted("1.1.0"));
    rig.settle(platform);

    assertThat(guardrail().shadow()).as("the new content has proven nothing yet").isTrue();
  }

  @Test
  void whatDoesNotRunCannotBePromoted() {
    assertThatThrownBy(() -> platform.promote("alwyas", Stage.ACT, "by a test"))
        .isInstanceOfSatisfying(
            MonitorException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.PLUGIN_NOT_FOUND);
              assertThat(e.getMessage()).contains("always");
            });
  }
}
