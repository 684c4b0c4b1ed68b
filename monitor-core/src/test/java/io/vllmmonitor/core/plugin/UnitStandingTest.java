package io.vllmmonitor.core.plugin;

import static io.vllmmonitor.core.plugin.PlatformRig.ADVISED;
import static io.vllmmonitor.core.plugin.PlatformRig.said;
import static io.vllmmonitor.core.plugin.PlatformRig.source;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vllmmonitor.api.code.CodeStatus;
import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.plugin.PluginStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the list of plugins says and what enabling does. */
@Timeout(120)
class UnitStandingTest {
  @TempDir Path home;
  private PlatformRig rig;

  @BeforeEach
  void open() throws IOException {
    rig = new PlatformRig(home);
  }

  @Test
  void aRejectedUpdateLeavesTheOldGenerationActiveAndSaysSo() throws IOException {
    try (PluginPlatform platform = rig.boot()) {
      platform.forTarget(ADVISED);
      rig.drop("Saying.java", source("says", "1.0.0", "one"));
      rig.settle(platform);
      rig.drop("Saying.java", broken("says", "1.1.0"));
      rig.settle(platform);
      PluginSummary shown = platform.plugins().get(0);
      assertThat(shown.status()).isEqualTo(PluginStatus.ACTIVE);
      assertThat(shown.generation().generation()).isEqualTo(1);
      assertThat(shown.generation().status()).isEqualTo(CodeStatus.ACTIVE);
      assertThat(shown.generation().reason()).contains("generation 2 was rejected: ");
      assertThat(shown.extensions()).containsExactly("guardrail:says");
      assertThat(said(platform, ADVISED, "says")).isEqualTo("one default 1");
      assertThat(platform.why("says").remedy())
          .isEqualTo("It runs; in place of generation 2 drop changed content");
      assertThatThrownBy(() -> platform.why("Saying.java"))
          .hasMessageEndingWith("There is no plugin or source 'Saying.java'; did you mean 'says'?");
    }
  }

  @Test
  void whatTheOperatorEnabledWithoutItsFileStaysOverARestart() throws IOException {
    rig.drop("Other.java", source("other", "1.0.0", "one"));
    rig.drop("Saying.java", source("says", "1.0.0", "one"));
    try (PluginPlatform platform = rig.boot()) {
      platform.forTarget(ADVISED);
      rig.settle(platform);
      Files.delete(rig.guardrails.resolve("Saying.java"));
      rig.settle(platform);
      assertThat(platform.why("says").summary().status()).isEqualTo(PluginStatus.NOT_LOADED);
      assertThat(platform.enable("says").status()).isEqualTo(PluginStatus.ACTIVE);
      PluginSummary unused = platform.promote("says", Stage.ADVISE, "by a test");
    }
    try (PluginPlatform platform = rig.boot()) {
      platform.forTarget(ADVISED);
      rig.settle(platform);
      assertThat(platform.why("says").summary().status()).isEqualTo(PluginStatus.ACTIVE);
      rig.drop("Saying.java", source("says", "1.0.0", "one"));
      rig.settle(platform);
      Files.delete(rig.guardrails.resolve("Saying.java"));
      rig.settle(platform);
      assertThat(platform.why("says").summary().status()).isEqualTo(PluginStatus.NOT_LOADED);
    }
  }

  @Test
  void aRejectedSourceGoesFromTheListWithItsFile() throws IOException {
    rig.drop("Other.java", source("other", "1.0.0", "one"));
    rig.drop("Saying.java", broken("says", "1.0.0"));
    rig.drop("Third.java", broken("third", "1.0.0"));
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      assertThat(units(platform))
          .containsExactly("other ACTIVE", "says REJECTED", "third REJECTED");
      Files.delete(rig.guardrails.resolve("Saying.java"));
      rig.settle(platform);
      assertThat(units(platform)).containsExactly("other ACTIVE", "third REJECTED");
      assertThat(rig.history.rows("says")).containsExactly("1 REJECTED", "1 REMOVED");
    }
    Files.delete(rig.guardrails.resolve("Third.java"));
    try (PluginPlatform platform = rig.boot()) {
      assertThat(units(platform)).containsExactly("other ACTIVE", "third REJECTED");
      rig.settle(platform);
      assertThat(units(platform)).containsExactly("other ACTIVE");
      rig.drop("Saying.java", source("says", "1.0.1", "mended"));
      rig.settle(platform);
      Files.delete(rig.guardrails.resolve("Saying.java"));
      rig.settle(platform);
      assertThat(units(platform)).containsExactly("other ACTIVE", "says REMOVED");
    }
  }

  private static List<String> units(PluginPlatform platform) {
    return platform.plugins().stream()
        .map(shown -> shown.generation().unit() + " " + shown.generation().status())
        .toList();
  }

  @Test
  void enablingStartsWhatWasTakenAwayAndDoesNothingToWhatRuns() throws IOException {
    rig.drop("Other.java", source("other", "1.0.0", "one"));
    rig.drop("Saying.java", source("says", "1.0.0", "one"));
    try (PluginPlatform platform = rig.boot()) {
      platform.forTarget(ADVISED);
      rig.settle(platform);
      assertThat(platform.enable("says").status()).isEqualTo(PluginStatus.ACTIVE);
      assertThat(rig.history.rows("says")).containsExactly("1 ACTIVE");
      Files.delete(rig.guardrails.resolve("Saying.java"));
      rig.settle(platform);
      assertThat(units(platform)).contains("says REMOVED");
      assertThat(platform.enable("says").status()).isEqualTo(PluginStatus.ACTIVE);
      assertThat(said(platform, ADVISED, "says")).isEqualTo("one default 1");
    }
  }

  @Test
  void enablingWhatCannotRunSaysWhy() throws IOException {
    rig.drop("Saying.java", broken("says", "1.0.0"));
    rig.drop(
        rig.plugins,
        "a.jar",
        TestJars.plugin("acme", "1.0.0", "{ if (true) throw new Error(\"no\"); }").bytes());
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      assertThat(units(platform)).containsExactly("acme REJECTED", "says REJECTED");
      MonitorException source =
          catchThrowableOfType(MonitorException.class, () -> platform.enable("says"));
      assertThat(source.code()).isEqualTo(ErrorCode.GUARDRAIL_COMPILE);
      MonitorException jar =
          catchThrowableOfType(MonitorException.class, () -> platform.enable("acme"));
      assertThat(jar.code()).isEqualTo(ErrorCode.PLUGIN_START_FAILED);
      assertThat(units(platform)).containsExactly("acme REJECTED", "says REJECTED");
      assertThat(rig.problemCodes("acme")).containsExactly("PLUGIN_START_FAILED");
    }
  }

  @Test
  void configurationForAnUnknownUnitIsReportedWithTheNearestOne() throws IOException {
    rig.settings.put("syas", Settings.of(Map.of("word", "lost")));
    rig.settings.put("says", Settings.of(Map.of("word", "found")));
    try (PluginPlatform platform = rig.boot()) {
      rig.drop("Saying.java", source("says", "1.0.0", "one"));
      platform.scan(rig.clock.instant());
      assertThat(rig.problems.open()).isEmpty();
      rig.settle(platform);
      assertThat(rig.problemCodes("says")).isEmpty();
      assertThat(rig.problemCodes("syas")).containsExactly("CONFIG_UNKNOWN_KEY");
      assertThat(rig.problems.open().get(0).message()).contains("did you mean 'says'?");
      assertThat(rig.problems.open().get(0).count()).isEqualTo(1);
      rig.drop("Other.java", source("syas", "1.0.0", "two").replace("Saying", "Other"));
      rig.settle(platform);
      assertThat(rig.problems.open()).isEmpty();
    }
  }

  @Test
  void copiesOfJarsThatNobodyNeedsGoAtTheNextStart() throws IOException {
    Path work = home.resolve("work");
    rig.drop(rig.plugins, "b.jar", TestJars.counting("stays", "1.0.0", "other").bytes());
    rig.drop(rig.plugins, "a.jar", TestJars.counting("acme", "1.0.0", "counts").bytes());
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      rig.drop(rig.plugins, "a.jar", TestJars.counting("acme", "2.0.0", "counts").bytes());
      rig.settle(platform);
      assertThat(copies(work)).hasSize(3);
    }
    Files.writeString(work.resolve("f".repeat(64) + ".tmp"), "half");
    Files.writeString(work.resolve("notes.jar"), "of somebody else");
    try (PluginPlatform platform = rig.boot()) {
      assertThat(copies(work)).hasSize(2);
      assertThat(work.resolve("f".repeat(64) + ".tmp")).doesNotExist();
      assertThat(work.resolve("notes.jar")).exists();
      assertThat(said(platform, ADVISED, "counts")).startsWith("2.0.0");
      assertThat(said(platform, ADVISED, "other")).startsWith("1.0.0");
    }
  }

  private static List<String> copies(Path work) throws IOException {
    try (Stream<Path> files = Files.list(work)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.matches("[0-9a-f]{64}\\.jar"))
          .toList();
    }
  }

  private static String broken(String id, String version) {
    return source(id, version, "never").replace("count++;", "count+;");
  }
}
