package io.vllmmonitor.core.plugin;

import static io.vllmmonitor.core.plugin.PlatformRig.ADVISED;
import static io.vllmmonitor.core.plugin.PlatformRig.said;
import static io.vllmmonitor.core.plugin.PlatformRig.source;
import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.learning.Learner;
import io.vllmmonitor.api.prediction.FailurePredictor;
import io.vllmmonitor.api.prediction.Forecast;
import io.vllmmonitor.core.extension.Bound;
import io.vllmmonitor.testkit.plugin.FakeMetricView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Sources of any kind in {@code extensions/}, beside guardrails in {@code guardrails/}. */
@Timeout(120)
class DroppedKindsTest {
  private static final String PREDICTOR =
      """
      /*
       * id: guesses
       * version: 1.0.0
       * description: Guesses.
       */
      import io.vllmmonitor.api.lifecycle.FailureKind;
      import io.vllmmonitor.api.prediction.*;
      import io.vllmmonitor.api.view.MetricView;
      public class Guessing implements FailurePredictor {
        public String id() { return "guesses"; }
        public Forecast predict(MetricView view) {
          var probability = 0.25;
          return Forecast.failure(FailureKind.ENGINE_HANG, probability);
        }
      }
      """;

  private static final String LEARNER =
      """
      /*
       * id: learns
       * version: 1.0.0
       * description: Learns nothing.
       */
      import io.vllmmonitor.api.learning.*;
      import java.util.*;
      public class Learning implements Learner {
        public String id() { return "learns"; }
        public void observe(LearningEvent event) { }
        public Advice advise(DecisionQuery query) { return new Advice(new ArrayList()); }
        public ModelCard modelCard() {
          return new ModelCard("none", LearningMethod.RULE_BASED, 0L, new HashMap());
        }
      }
      """;

  @TempDir Path home;
  private PlatformRig rig;

  @BeforeEach
  void open() throws IOException {
    rig = new PlatformRig(home);
  }

  @Test
  void everyKindRunsFromTheFolderForExtensions() throws IOException {
    try (PluginPlatform platform = rig.boot()) {
      rig.dropExtension("Guessing.java", PREDICTOR);
      rig.dropExtension("Learning.java", LEARNER);
      rig.dropExtension("Saying.java", source("says", "1.0.0", "one"));
      rig.settle(platform);
      assertThat(rig.problems.open()).isEmpty();
      assertThat(said(platform, ADVISED, "says")).isEqualTo("one default 1");
      List<Bound<FailurePredictor>> predictors = platform.forTarget(ADVISED).predictors();
      assertThat(predictors).hasSize(1);
      assertThat(
              ((Forecast.Failure) predictors.get(0).extension().predict(FakeMetricView.empty()))
                  .probability())
          .isEqualTo(0.25);
      List<Bound<Learner>> learners = platform.learners();
      assertThat(learners).extracting(bound -> bound.extension().id()).containsExactly("learns");
      assertThat(platform.plugins())
          .extracting(plugin -> plugin.generation().file())
          .containsExactly(
              "extensions/Guessing.java", "extensions/Learning.java", "extensions/Saying.java");
      assertThat(platform.plugins().get(0).generation().reason()).endsWith("compiled by javac");
      assertThat(platform.plugins())
          .extracting(PluginSummary::compiler)
          .containsExactly("javac", "janino", "janino");
    }
  }

  @Test
  void theFolderForGuardrailsNamesTheOtherOne() throws IOException {
    try (PluginPlatform platform = rig.boot()) {
      rig.drop("Guessing.java", PREDICTOR);
      rig.settle(platform);
      assertThat(platform.forTarget(ADVISED).predictors()).isEmpty();
      assertThat(rig.problemCodes("Guessing.java")).containsExactly("SOURCE_KIND");
      assertThat(rig.problems.open().get(0).message())
          .contains("is a predictor")
          .contains("extensions/");
      rig.dropExtension("Guessing.java", PREDICTOR);
      Files.delete(rig.guardrails.resolve("Guessing.java"));
      rig.settle(platform);
      assertThat(platform.forTarget(ADVISED).predictors()).hasSize(1);
      assertThat(rig.problems.open()).isEmpty();
    }
  }

  @Test
  void twoFilesOfOneNameInTheTwoFoldersDoNotClash() throws IOException {
    try (PluginPlatform platform = rig.boot()) {
      rig.drop("Same.java", source("first", "1.0.0", "one"));
      rig.dropExtension("Same.java", source("second", "1.0.0", "two"));
      rig.drop("Other.java", source("third", "1.0.0", "three"));
      rig.dropExtension("Other.java", source("fourth", "1.0.0", "four"));
      rig.settle(platform);
      assertThat(PlatformRig.guardrails(platform, ADVISED))
          .containsExactlyInAnyOrder("first", "second", "third", "fourth");
      rig.dropExtension(
          "Same.java", source("second", "1.1.0", "two").replace("count++;", "count+;"));
      rig.settle(platform);
      assertThat(rig.problemCodes("extensions/Same.java")).containsExactly("GUARDRAIL_COMPILE");
      assertThat(rig.problemCodes("Same.java")).isEmpty();
      Files.delete(rig.guardrails.resolve("Same.java"));
      rig.settle(platform);
      assertThat(PlatformRig.guardrails(platform, ADVISED))
          .containsExactlyInAnyOrder("second", "third", "fourth");
    }
  }

  @Test
  void whatTheJdksCompilerMadeComesBackWithoutCompiling() throws IOException {
    CodeGeneration before;
    try (PluginPlatform platform = rig.boot()) {
      rig.dropExtension("Guessing.java", PREDICTOR);
      rig.settle(platform);
      before = platform.plugins().get(0).generation();
    }
    Files.delete(rig.extensions.resolve("Guessing.java"));
    Files.delete(rig.extensions);
    try (PluginPlatform platform = rig.open()) {
      assertThat(PlatformRig.lines(platform.boot()))
          .containsExactly(
              "extension guesses RESTORED generation 1, version 1.0.0, from the store; its file is"
                  + " gone");
      assertThat(platform.plugins().get(0).generation()).isEqualTo(before);
      assertThat(platform.plugins().get(0).compiler()).isEqualTo("javac");
      assertThat(platform.forTarget(ADVISED).predictors()).hasSize(1);
      rig.settle(platform);
      assertThat(platform.forTarget(ADVISED).predictors()).hasSize(1);
      assertThat(rig.problems.open()).isEmpty();
    }
  }

  @Test
  void aUnitMayMoveFromOneFolderToTheOther() throws IOException {
    try (PluginPlatform platform = rig.boot()) {
      rig.drop("Saying.java", source("says", "1.0.0", "one"));
      rig.drop("Stays.java", source("stays", "1.0.0", "two"));
      rig.settle(platform);
      said(platform, ADVISED, "says");
      Files.delete(rig.guardrails.resolve("Saying.java"));
      rig.dropExtension("Saying.java", source("says", "1.0.0", "one"));
      rig.settle(platform);
      assertThat(said(platform, ADVISED, "says")).isEqualTo("one default 2");
      rig.settle(platform);
      assertThat(said(platform, ADVISED, "says")).isEqualTo("one default 3");
    }
  }
}
