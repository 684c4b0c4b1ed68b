package io.vllmmonitor.core.plugin;

import static io.vllmmonitor.core.plugin.PlatformRig.ACTED;
import static io.vllmmonitor.core.plugin.PlatformRig.ADVISED;
import static io.vllmmonitor.core.plugin.PlatformRig.said;
import static io.vllmmonitor.core.plugin.PlatformRig.source;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.plugin.PluginStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class PluginPlatformTest {
  @TempDir Path home;
  private PlatformRig rig;

  @BeforeEach
  void open() throws IOException {
    rig = new PlatformRig(home);
  }

  @Test
  void aDroppedSourceRunsForEveryTargetWithItsConfiguration() throws IOException {
    rig.settings.put("says", Settings.of(Map.of("word", "configured")));
    try (PluginPlatform platform = rig.boot()) {
      platform.forTarget(ADVISED);
      rig.drop("Saying.java", source("says", "1.0.0", "one"));
      rig.settle(platform);
      assertThat(said(platform, ADVISED, "says")).isEqualTo("one configured 1");
      assertThat(said(platform, ACTED, "says")).isEqualTo("one configured 1");
      assertThat(platform.forTarget(ADVISED).guardrails().get(0).shadow()).isFalse();
      assertThat(platform.forTarget(ACTED).guardrails().get(0).shadow()).isTrue();
      assertThat(rig.history.rows("says")).containsExactly("1 ACTIVE");
      assertThat(platform.plugins().get(0).extensions()).containsExactly("guardrail:says");
    }
  }

  @Test
  void aConfigurationKeyThatNothingUnderstandsIsReportedWithTheNearestOne() throws IOException {
    rig.settings.put("says", Settings.of(Map.of("wrod", "configured")));
    try (PluginPlatform platform = rig.boot()) {
      rig.drop("Saying.java", source("says", "1.0.0", "one"));
      rig.settle(platform);
      assertThat(said(platform, ADVISED, "says")).isEqualTo("one default 1");
      assertThat(rig.problemCodes("says")).containsExactly("CONFIG_UNKNOWN_KEY");
      assertThat(rig.problems.open().get(0).message()).contains("did you mean 'word'?");
    }
  }

  @Test
  void aPromotedSourceHasEffectInActModeToo() throws IOException {
    rig.autoPromote = true;
    try (PluginPlatform platform = rig.boot()) {
      rig.drop("Saying.java", source("says", "1.0.0", "one"));
      rig.settle(platform);
      assertThat(platform.forTarget(ACTED).guardrails().get(0).shadow()).isFalse();
    }
  }

  @Test
  void aSourceThatDoesNotCompileLeavesTheOldOneActiveUntilItIsMended() throws IOException {
    try (PluginPlatform platform = rig.boot()) {
      rig.drop("Saying.java", source("says", "1.0.0", "one"));
      rig.settle(platform);
      assertThat(said(platform, ADVISED, "says")).isEqualTo("one default 1");
      rig.drop("Saying.java", source("says", "1.1.0", "two").replace("count++;", "count+;"));
      rig.settle(platform);
      assertThat(said(platform, ADVISED, "says")).isEqualTo("one default 2");
      assertThat(rig.problemCodes("Saying.java")).containsExactly("GUARDRAIL_COMPILE");
      assertThat(rig.history.rows("says")).containsExactly("1 ACTIVE", "2 REJECTED");
      rig.drop("Saying.java", source("says", "1.2.0", "three"));
      rig.settle(platform);
      assertThat(said(platform, ADVISED, "says")).isEqualTo("three default 3");
      assertThat(rig.problemCodes("Saying.java")).isEmpty();
      assertThat(rig.history.rows("says"))
          .containsExactly("1 ACTIVE", "2 REJECTED", "3 ACTIVE", "1 REMOVED");
    }
  }

  @Test
  void everythingComesBackFromTheStoreWhenTheFoldersAreGone() throws IOException {
    rig.drop(rig.plugins, "counting.jar", TestJars.counting("acme", "1.0.0", "counts").bytes());
    rig.drop("Saying.java", source("says", "1.0.0", "one"));
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      assertThat(said(platform, ADVISED, "counts")).isEqualTo("1.0.0 call 1 sum 0.1");
      for (int i = 0; i < 9; i++) {
        said(platform, ADVISED, "counts");
      }
      said(platform, ADVISED, "says");
      platform.forTarget(ADVISED).saveStates();
      said(platform, ADVISED, "counts");
    }
    PlatformRig.empty(rig.plugins);
    Files.delete(rig.guardrails.resolve("Saying.java"));
    Files.delete(rig.guardrails);
    try (PluginPlatform platform = rig.open()) {
      assertThat(PlatformRig.lines(platform.boot()))
          .containsExactly(
              "plugin acme RESTORED generation 1, version 1.0.0, from the store; its file is gone",
              "guardrail says RESTORED generation 1, version 1.0.0, from the store; its file is"
                  + " gone");
      // The sum of eleven tenths, bit for bit as if nothing had happened, plus one.
      assertThat(said(platform, ADVISED, "counts"))
          .isEqualTo("1.0.0 call 12 sum " + sumOfTenths(12));
      assertThat(said(platform, ADVISED, "says")).isEqualTo("one default 2");
      rig.settle(platform);
      assertThat(PlatformRig.guardrails(platform, ADVISED)).containsExactly("counts", "says");
      assertThat(rig.problems.open()).isEmpty();
    }
  }

  @Test
  void oneFileMissingAmongOthersIsARemovalAlsoAfterARestart() throws IOException {
    rig.drop("A.java", source("first", "1.0.0", "one"));
    rig.drop("B.java", source("second", "1.0.0", "two"));
    rig.drop("C.java", source("third", "1.0.0", "three"));
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      Files.delete(rig.guardrails.resolve("A.java"));
      rig.settle(platform);
      assertThat(PlatformRig.guardrails(platform, ADVISED)).containsExactly("second", "third");
    }
    Files.delete(rig.guardrails.resolve("B.java"));
    try (PluginPlatform platform = rig.boot()) {
      assertThat(PlatformRig.guardrails(platform, ADVISED)).containsExactly("second", "third");
      rig.settle(platform);
      assertThat(PlatformRig.guardrails(platform, ADVISED)).containsExactly("third");
      assertThat(rig.history.rows("second")).containsExactly("1 ACTIVE", "1 REMOVED");
      rig.drop("B.java", source("second", "1.0.0", "two"));
      rig.settle(platform);
      assertThat(said(platform, ADVISED, "second")).isEqualTo("two default 1");
      assertThat(rig.history.rows("second")).endsWith("1 ACTIVE");
    }
  }

  @Test
  void aFileThatBringsAnotherUnitEndsTheOneItBroughtBefore() throws IOException {
    try (PluginPlatform platform = rig.boot()) {
      rig.drop("A.java", source("first", "1.0.0", "one"));
      rig.settle(platform);
      rig.drop("A.java", source("second", "1.0.0", "two"));
      rig.settle(platform);
      assertThat(PlatformRig.guardrails(platform, ADVISED)).containsExactly("second");
      assertThat(rig.history.rows("first")).containsExactly("1 ACTIVE", "1 REMOVED");
    }
  }

  @Test
  void anotherFileNameIsNoNewStart() throws IOException {
    try (PluginPlatform platform = rig.boot()) {
      rig.drop("Saying.java", source("saying", "1.0.0", "hello"));
      rig.settle(platform);
      Instant started = platform.plugins().get(0).generation().at();
      Files.move(rig.guardrails.resolve("Saying.java"), rig.guardrails.resolve("Other.java"));
      rig.settle(platform);
      assertThat(platform.plugins().get(0).generation().file()).isEqualTo("Other.java");
      assertThat(platform.plugins().get(0).generation().at()).isEqualTo(started);
    }
  }

  @Test
  void removalsAreIgnoredWhereTheFolderHasNoAuthority() throws IOException {
    rig.authoritative = false;
    rig.drop("A.java", source("first", "1.0.0", "one"));
    rig.drop("B.java", source("second", "1.0.0", "two"));
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      Files.delete(rig.guardrails.resolve("A.java"));
      rig.settle(platform);
      assertThat(PlatformRig.guardrails(platform, ADVISED)).containsExactly("first", "second");
    }
  }

  @Test
  void whatIsDisabledStaysSoUntilItIsEnabled() throws IOException {
    rig.drop("A.java", source("first", "1.0.0", "one"));
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      assertThat(platform.disable("first").status()).isEqualTo(PluginStatus.INACTIVE);
      assertThat(PlatformRig.guardrails(platform, ADVISED)).isEmpty();
      rig.drop("A.java", source("first", "1.1.0", "new"));
      rig.settle(platform);
      assertThat(PlatformRig.guardrails(platform, ADVISED)).isEmpty();
    }
    PlatformRig.empty(rig.guardrails);
    try (PluginPlatform platform = rig.open()) {
      assertThat(PlatformRig.lines(platform.boot()))
          .containsExactly("guardrail first RESTORED stays disabled");
      rig.settle(platform);
      assertThat(PlatformRig.guardrails(platform, ADVISED)).isEmpty();
      assertThat(platform.enable("first").status()).isEqualTo(PluginStatus.ACTIVE);
      assertThat(said(platform, ADVISED, "first")).isEqualTo("new default 1");
      MonitorException unknown =
          catchThrowableOfType(MonitorException.class, () -> platform.disable("frist"));
      assertThat(unknown.code()).isEqualTo(ErrorCode.PLUGIN_NOT_FOUND);
      assertThat(unknown.getMessage()).contains("did you mean 'first'?");
    }
  }

  @Test
  void brokenJarsBesideAHealthyOneHurtNobody() throws IOException {
    byte[] healthy = TestJars.counting("healthy", "1.0.0", "counts").bytes();
    drop("a-text.jar", "this is no jar".getBytes(StandardCharsets.UTF_8));
    drop("b-truncated.jar", Arrays.copyOf(healthy, healthy.length - 50));
    drop("c-no-manifest.jar", jar("c").without("Plugin-Id").without("Plugin-Version"));
    drop("d-wrong-id.jar", jar("d").manifest("Plugin-Id", "../../up"));
    drop("e-wrong-version.jar", jar("ee").manifest("Plugin-Version", "one"));
    drop("f-newer.jar", jar("ff").manifest("Monitor-Api", "0.2"));
    drop("g-no-entry.jar", jar("gg").withoutServices());
    drop("h-shaded.jar", jar("hh").entry("io/vllmmonitor/api/view/MetricView.class", "x"));
    drop("i-missing-class.jar", jar("ii").without("acme/Entry.class"));
    drop("j-needs.jar", jar("jj").manifest("Plugin-Dependencies", "nobody"));
    drop("k-throws.jar", TestJars.plugin("kk", "1.0.0", "{ if (true) throw new Error(\"no\"); }"));
    drop(
        "l-hangs.jar",
        TestJars.plugin(
            "ll",
            "1.0.0",
            "public Entry() { while (!Thread.currentThread().isInterrupted()) { Thread.onSpinWait(); } }"));
    drop("z-healthy.jar", healthy);
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      assertThat(said(platform, ADVISED, "counts")).isEqualTo("1.0.0 call 1 sum 0.1");
      assertThat(rig.problemCodes("a-text.jar")).containsExactly("PLUGIN_JAR_UNREADABLE");
      assertThat(rig.problemCodes("b-truncated.jar")).containsExactly("PLUGIN_JAR_UNREADABLE");
      assertThat(rig.problemCodes("c-no-manifest.jar")).containsExactly("PLUGIN_MANIFEST");
      assertThat(rig.problemCodes("d-wrong-id.jar")).containsExactly("PLUGIN_ID_INVALID");
      assertThat(rig.problemCodes("e-wrong-version.jar")).containsExactly("PLUGIN_VERSION_INVALID");
      assertThat(rig.problemCodes("f-newer.jar")).containsExactly("PLUGIN_INCOMPATIBLE");
      assertThat(rig.problemCodes("g-no-entry.jar")).containsExactly("PLUGIN_NO_ENTRY");
      assertThat(rig.problemCodes("h-shaded.jar")).containsExactly("PLUGIN_INCOMPATIBLE");
      assertThat(rig.problemCodes("i-missing-class.jar")).containsExactly("PLUGIN_NO_ENTRY");
      assertThat(rig.problemCodes("j-needs.jar")).containsExactly("PLUGIN_DEPENDENCY_MISSING");
      assertThat(rig.problemCodes("k-throws.jar")).containsExactly("PLUGIN_START_FAILED");
      assertThat(rig.problemCodes("l-hangs.jar")).containsExactly("PLUGIN_START_FAILED");
      assertThat(rig.history.rows("kk")).containsExactly("1 ACTIVE", "1 REJECTED");
    }
  }

  @Test
  void aPluginWaitsForWhatItDependsOn() throws IOException {
    drop("a.jar", jar("first-plugin").manifest("Plugin-Dependencies", "second-plugin@1.0.0"));
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      assertThat(PlatformRig.guardrails(platform, ADVISED)).isEmpty();
      drop("b.jar", TestJars.counting("second-plugin", "1.0.0", "other"));
      rig.settle(platform);
      assertThat(PlatformRig.guardrails(platform, ADVISED)).containsExactly("other", "counts");
      assertThat(rig.problems.open()).isEmpty();
    }
    try (PluginPlatform platform = rig.boot()) {
      assertThat(PlatformRig.guardrails(platform, ADVISED)).containsExactly("other", "counts");
    }
  }

  @Test
  void oneIdIsOneUnit() throws IOException {
    drop("a.jar", jar("acme"));
    drop("b.jar", TestJars.counting("acme", "2.0.0", "counts"));
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      assertThat(said(platform, ADVISED, "counts")).isEqualTo("1.0.0 call 1 sum 0.1");
      assertThat(rig.problemCodes("b.jar")).containsExactly("PLUGIN_DUPLICATE");
      Files.delete(rig.plugins.resolve("b.jar"));
      Files.move(rig.plugins.resolve("a.jar"), rig.plugins.resolve("renamed.jar"));
      rig.settle(platform);
      rig.settle(platform);
      assertThat(said(platform, ADVISED, "counts")).isEqualTo("1.0.0 call 2 sum 0.2");
    }
  }

  @Test
  void theSecondGuardrailOfOneIdIsNotUsed() throws IOException {
    drop("a.jar", TestJars.counting("aa", "1.0.0", "same"));
    drop("b.jar", TestJars.counting("bb", "2.0.0", "same"));
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      assertThat(said(platform, ADVISED, "same")).startsWith("1.0.0");
      assertThat(PlatformRig.guardrails(platform, ADVISED)).containsExactly("same");
      assertThat(rig.problemCodes("bb")).containsExactly("GUARDRAIL_DUPLICATE_ID");
      platform.disable("aa");
      assertThat(said(platform, ADVISED, "same")).startsWith("2.0.0");
      assertThat(rig.problemCodes("bb")).isEmpty();
    }
  }

  @Test
  void aJarThatOthersCanWriteIsNotRunUntilThatIsMended() throws IOException {
    drop("a.jar", jar("acme"));
    Path file = rig.plugins.resolve("a.jar");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-r--"));
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      assertThat(PlatformRig.guardrails(platform, ADVISED)).isEmpty();
      assertThat(rig.problemCodes("a.jar")).containsExactly("PLUGIN_UNTRUSTED_FILE");
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
      rig.settle(platform);
      assertThat(PlatformRig.guardrails(platform, ADVISED)).containsExactly("counts");
      assertThat(rig.problems.open()).isEmpty();
    }
  }

  @Test
  void aBundledJarIsUpgradedWithItsState() throws IOException {
    rig.drop(rig.bundled, "core-1.jar", TestJars.counting("core", "1.0.0", "counts").bytes());
    try (PluginPlatform platform = rig.open()) {
      assertThat(PlatformRig.lines(platform.boot()))
          .containsExactly("plugin core FRESH bundled, version 1.0.0");
      said(platform, ADVISED, "counts");
    }
    PlatformRig.empty(rig.bundled);
    rig.drop(rig.bundled, "core-2.jar", TestJars.counting("core", "2.0.0", "counts").bytes());
    try (PluginPlatform platform = rig.open()) {
      assertThat(PlatformRig.lines(platform.boot()))
          .containsExactly("plugin core CHANGED version 1.0.0 became 2.0.0");
      assertThat(said(platform, ADVISED, "counts")).isEqualTo("2.0.0 call 2 sum 0.2");
      assertThat(rig.history.rows("core")).containsExactly("1 ACTIVE", "2 ACTIVE", "1 REMOVED");
    }
  }

  @Test
  void nothingRunsThatIsNotStored() throws IOException {
    try (PluginPlatform platform = rig.boot()) {
      rig.history.full(true);
      rig.drop("A.java", source("first", "1.0.0", "one"));
      rig.settle(platform);
      assertThat(PlatformRig.guardrails(platform, ADVISED)).isEmpty();
      assertThat(rig.problemCodes("A.java")).containsExactly("STORE_FULL");
      rig.history.full(false);
      rig.settle(platform);
      assertThat(PlatformRig.guardrails(platform, ADVISED)).containsExactly("first");
      assertThat(rig.problemCodes("A.java")).isEmpty();
    }
  }

  private static TestJars jar(String id) throws IOException {
    return TestJars.counting(id, "1.0.0", "counts");
  }

  private void drop(String name, TestJars jar) throws IOException {
    drop(name, jar.bytes());
  }

  private void drop(String name, byte[] bytes) throws IOException {
    rig.drop(rig.plugins, name, bytes);
  }

  private static double sumOfTenths(int count) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += 0.1;
    }
    return sum;
  }
}
