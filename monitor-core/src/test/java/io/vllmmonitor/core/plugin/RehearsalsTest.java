package io.vllmmonitor.core.plugin;

import static io.vllmmonitor.core.plugin.PlatformRig.ADVISED;
import static io.vllmmonitor.core.plugin.PlatformRig.said;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.guardrail.Verdict;
import io.vllmmonitor.testkit.plugin.FakeMetricView;
import io.vllmmonitor.testkit.time.ManualClock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the gate gets to see, and what its answer does. */
@Timeout(120)
class RehearsalsTest {
  /** A thread for each: the pool that all share has a single one on two cores. */
  private static final Executor THREADS = task -> new Thread(task, "rehearsals").start();

  @TempDir Path home;
  private PlatformRig rig;
  private final List<String> seen = new ArrayList<>();
  private RehearsalGate.Decision decision = RehearsalGate.Decision.PASSED;

  @BeforeEach
  void open() throws IOException {
    rig = new PlatformRig(home);
    rig.gate = this::rehearse;
  }

  @Test
  void aCandidateIsTriedWithTheSavedStateBesideWhatRuns() throws IOException {
    drop("1.0.0");
    try (PluginPlatform platform = rig.boot()) {
      platform.forTarget(ADVISED);
      rig.settle(platform);
      assertThat(seen).containsExactly("1.0.0 after none: 1.0.0 call 1 sum 0.1, call 1");
      said(platform, ADVISED, "kv");
      said(platform, ADVISED, "kv");
      platform.forTarget(ADVISED).saveStates();
      drop("2.0.0");
      rig.settle(platform);
      // Two live calls are saved; the trial goes on from them and leaves no trace in them.
      assertThat(seen.get(1)).startsWith("2.0.0 after 1.0.0: 2.0.0 call 3").endsWith(", call 1");
      assertThat(said(platform, ADVISED, "kv")).startsWith("2.0.0 call 3");
      assertThat(rig.history.steps("acme"))
          .containsSubsequence(
              "2 RESOLVED LOADED",
              "2 LOADED RESTORED",
              "2 RESTORED REHEARSED",
              "2 REHEARSED ACTIVE");
      assertThat(rig.problemCodes("acme")).isEmpty();
    }
  }

  @Test
  void whatTheGateSendsIntoTheShadowRunsWithoutEffect() throws IOException {
    decision = RehearsalGate.Decision.SHADOW;
    drop("1.0.0");
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      assertThat(platform.forTarget(ADVISED).guardrails().get(0).shadow()).isTrue();
      assertThat(platform.plugins().get(0).phase().name()).isEqualTo("SHADOW");
      assertThat(platform.plugins().get(0).generation().reason()).isEqualTo("tried");
    }
    try (PluginPlatform platform = rig.boot()) {
      assertThat(platform.forTarget(ADVISED).guardrails().get(0).shadow()).isTrue();
    }
  }

  @Test
  void whatTheGateRefusesDoesNotRunAndTheOldOneGoesOn() throws IOException {
    drop("1.0.0");
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      decision = RehearsalGate.Decision.REFUSED;
      drop("2.0.0");
      rig.settle(platform);
      assertThat(said(platform, ADVISED, "kv")).startsWith("1.0.0");
      assertThat(rig.problemCodes("acme.jar")).containsExactly("PLUGIN_REHEARSAL_REFUSED");
      assertThat(rig.history.steps("acme")).endsWith("2 LOADED RESTORED", "2 RESTORED REJECTED");
      decision = RehearsalGate.Decision.PASSED;
      drop("3.0.0");
      rig.settle(platform);
      assertThat(said(platform, ADVISED, "kv")).startsWith("3.0.0");
    }
  }

  @Test
  void whatCameWhileItsUnitWasDisabledIsTriedWhenItIsEnabled() throws IOException {
    drop("1.0.0");
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      platform.disable("acme");
      drop("2.0.0");
      rig.settle(platform);
      assertThat(seen).hasSize(1);
      decision = RehearsalGate.Decision.REFUSED;
      assertThatThrownBy(() -> platform.enable("acme")).hasMessageContaining("tried");
      assertThat(platform.forTarget(ADVISED).guardrails()).isEmpty();
      assertThat(seen).hasSize(2);
      decision = RehearsalGate.Decision.SHADOW;
      PluginSummary enabled = platform.enable("acme");
      assertThat(enabled.phase().name()).isEqualTo("SHADOW");
      assertThat(seen).hasSize(3);
      platform.disable("acme");
      assertThat(platform.enable("acme").phase().name()).isEqualTo("SHADOW");
      assertThat(seen).hasSize(3);
    }
  }

  @Test
  void aGateThatThrowsRejectsTheCandidate() throws IOException {
    rig.gate =
        candidate -> {
          throw new MonitorException(ErrorCode.STORE_IO, Blame.ENVIRONMENT, "no samples");
        };
    drop("1.0.0");
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      assertThat(platform.plugins().get(0).generation().reason()).contains("no samples");
      assertThat(platform.plugins().get(0).phase().name()).isEqualTo("REJECTED");
    }
  }

  @Test
  void whileTheGateWorksNewTargetsGetTheirInstances() throws Exception {
    drop("1.0.0");
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      rig.gate = RehearsalGate.open();
      List<String> meanwhile = new ArrayList<>();
      gateWork =
          () ->
              meanwhile.addAll(
                  CompletableFuture.supplyAsync(
                          () -> PlatformRig.guardrails(platform, ADVISED), THREADS)
                      .join());
      drop("2.0.0");
      rig.settle(platform);
      assertThat(meanwhile).containsExactly("kv");
      assertThat(said(platform, ADVISED, "kv")).startsWith("2.0.0");
    }
  }

  @Test
  void aGateThatBreaksRejectsTheCandidateAndHoldsNothingElseUp() throws IOException {
    rig.gate =
        candidate -> {
          throw new IllegalStateException("no stage");
        };
    drop("1.0.0");
    rig.drop("Saying.java", PlatformRig.source("saying", "1.0.0", "hello"));
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      assertThat(platform.plugins())
          .extracting(plugin -> plugin.phase().name())
          .containsExactly("REJECTED", "REJECTED");
      assertThat(rig.problemCodes("acme.jar")).containsExactly("REHEARSAL_FAILED");
      assertThat(platform.plugins().get(0).generation().reason()).contains("no stage");
    }
  }

  @Test
  void aCandidateThatFoundTheStageTakenIsRehearsedLater() throws IOException {
    AtomicInteger asked = new AtomicInteger();
    rig.gate =
        candidate -> {
          if (asked.getAndIncrement() == 0) {
            throw new MonitorException(ErrorCode.REHEARSAL_BUSY, Blame.ENVIRONMENT, "busy");
          }
          return rehearse(candidate);
        };
    drop("1.0.0");
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      assertThat(said(platform, ADVISED, "kv")).startsWith("1.0.0");
      assertThat(rig.problemCodes("acme.jar")).isEmpty();
    }
  }

  @Test
  void theEndOfThePlatformDoesNotWaitForARehearsalAndTheNextStartRepeatsIt() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    drop("1.0.0");
    gateWork =
        () -> {
          inside.countDown();
          try {
            new CountDownLatch(1).await();
          } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted");
          }
        };
    PluginPlatform ended = rig.boot();
    CompletableFuture<Void> scanning = CompletableFuture.runAsync(() -> rig.settle(ended), THREADS);
    inside.await();
    CompletableFuture.runAsync(ended::close, THREADS).get(30, TimeUnit.SECONDS);
    scanning.get();
    assertThat(rig.history.rows("acme")).doesNotContain("1 ACTIVE").endsWith("1 REJECTED");
    gateWork = () -> {};
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      assertThat(said(platform, ADVISED, "kv")).startsWith("1.0.0");
    }
  }

  @Test
  void whatRanInShadowComesBackInShadow() throws IOException {
    decision = RehearsalGate.Decision.SHADOW;
    drop("1.0.0");
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      platform.disable("acme");
      platform.enable("acme");
      assertThat(platform.forTarget(ADVISED).guardrails().get(0).shadow()).isTrue();
      decision = RehearsalGate.Decision.PASSED;
      drop("2.0.0");
      rig.settle(platform);
      assertThat(platform.forTarget(ADVISED).guardrails().get(0).shadow()).isFalse();
      platform.rollback("acme");
      assertThat(said(platform, ADVISED, "kv")).startsWith("1.0.0");
      assertThat(platform.forTarget(ADVISED).guardrails().get(0).shadow()).isTrue();
      platform.approve("acme");
      assertThat(said(platform, ADVISED, "kv")).startsWith("2.0.0");
      assertThat(platform.forTarget(ADVISED).guardrails().get(0).shadow()).isFalse();
      assertThat(rig.problemCodes("acme")).isEmpty();
    }
  }

  private Runnable gateWork = () -> {};

  private RehearsalGate.Receipt rehearse(CandidateUnit candidate) {
    gateWork.run();
    String before = candidate.predecessor().map(generation -> generation.version()).orElse("none");
    StringBuilder text =
        new StringBuilder(candidate.generation().version() + " after " + before + ":");
    ManualClock past = ManualClock.at("2020-01-01T00:00:00Z");
    for (var target : candidate.targets()) {
      try (CandidateUnit.Trial restored = candidate.trial(target, past, true);
          CandidateUnit.Trial fresh = candidate.trial(target, past, false)) {
        text.append(' ').append(reason(restored));
        text.append(", ").append(reason(fresh).replaceFirst(".*(call \\d+).*", "$1"));
        assertThat(restored.predictors()).isEmpty();
      }
    }
    seen.add(text.toString());
    return new RehearsalGate.Receipt(decision, "tried");
  }

  private static String reason(CandidateUnit.Trial trial) {
    return ((Verdict.Breach) trial.guardrails().get(0).check(FakeMetricView.empty())).reason();
  }

  private void drop(String version) throws IOException {
    rig.drop(rig.plugins, "acme.jar", TestJars.counting("acme", version, "kv").bytes());
  }
}
