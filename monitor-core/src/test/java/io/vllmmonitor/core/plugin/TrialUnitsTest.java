package io.vllmmonitor.core.plugin;

import static io.vllmmonitor.core.plugin.PlatformRig.ADVISED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.code.CodeKind;
import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.api.guardrail.Verdict;
import io.vllmmonitor.core.extension.UnitConfiguration;
import io.vllmmonitor.testkit.plugin.FakeMetricView;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Code on trial beside a live platform. */
@Timeout(120)
class TrialUnitsTest {
  @TempDir Path home;
  private PlatformRig rig;
  private Path work;

  @BeforeEach
  void open() throws IOException {
    rig = new PlatformRig(home);
    work = home.resolve("trials");
  }

  private static String said(Guardrail guardrail) {
    return ((Verdict.Breach) guardrail.check(FakeMetricView.empty())).reason();
  }

  private List<Path> left() throws IOException {
    try (Stream<Path> files = Files.list(work)) {
      return files.toList();
    }
  }

  @Test
  void aJarThatIsNotInstalledIsTriedAndLeavesNothingBehind() throws IOException {
    byte[] jar = TestJars.counting("acme", "3.2.1", "kv").bytes();
    try (PluginPlatform platform = rig.boot()) {
      TrialUnits units = platform.trialUnits(work);
      try (OpenUnit unit = units.dropped("acme.jar", jar, List.of(ADVISED))) {
        CodeGeneration generation = unit.generation();
        assertThat(generation.unit()).isEqualTo("acme");
        assertThat(generation.kind()).isEqualTo(CodeKind.JAR);
        assertThat(generation.version()).isEqualTo("3.2.1");
        assertThat(unit.targets()).containsExactly(ADVISED);
        for (int i = 0; i < 2; i++) {
          try (CandidateUnit.Trial trial = unit.trial(ADVISED, rig.clock, false)) {
            Guardrail guardrail = trial.guardrails().get(0);
            assertThat(guardrail.id()).isEqualTo("kv");
            assertThat(said(guardrail)).as("always fresh").startsWith("3.2.1 call 1 ");
            assertThat(said(guardrail)).startsWith("3.2.1 call 2 ");
          }
        }
        assertThat(rig.blobs.hashes()).as("nothing is stored").isEmpty();
      }
      assertThat(left()).as("no copy is left").isEmpty();
      assertThat(platform.plugins()).as("nothing is installed").isEmpty();
      assertThat(rig.history.generations(null)).isEmpty();
    }
  }

  @Test
  void aFileThatIsNoJarIsRefusedAndLeavesNothingBehind() throws IOException {
    try (PluginPlatform platform = rig.boot()) {
      TrialUnits units = platform.trialUnits(work);
      byte[] text = "no zip".getBytes(StandardCharsets.UTF_8);
      assertThatThrownBy(() -> units.dropped("acme.jar", text, List.of(ADVISED)))
          .isInstanceOf(MonitorException.class)
          .hasMessageContaining("acme.jar");
      assertThat(left()).isEmpty();
    }
  }

  @Test
  void aReplicaHasTheConfigurationOfThenAndLiveInstancesTellTheirs() throws IOException {
    Settings now = Settings.of(Map.of("word", "now"));
    rig.settings.put("say", now);
    rig.drop("Saying.java", PlatformRig.source("say", "1.0.0", "says"));
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      assertThat(platform.forTarget(ADVISED).guardrails().get(0).configuration())
          .isEqualTo(UnitConfiguration.of(now));
      CodeGeneration generation = rig.history.generations("say").get(0);
      try (OpenUnit unit = platform.trialUnits(work).stored(generation, List.of(ADVISED))) {
        assertThat(replica(unit, Settings.of(Map.of("word", "then")))).isEqualTo("says then 1");
        assertThat(replica(unit, Settings.empty())).isEqualTo("says default 1");
        assertThat(replica(unit, null)).isEqualTo("says now 1");
      }
    }
  }

  private String replica(OpenUnit unit, @Nullable Settings configuration) {
    try (OpenUnit.Replica replica =
        unit.replica(ADVISED, rig.clock, configuration, "say", null, 0)) {
      return said(replica.guardrail());
    }
  }
}
