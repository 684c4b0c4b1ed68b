package io.vllmmonitor.core.plugin;

import static io.vllmmonitor.core.plugin.PlatformRig.ADVISED;
import static io.vllmmonitor.core.plugin.PlatformRig.said;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vllmmonitor.api.code.CodeTransition;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.api.guardrail.Verdict;
import io.vllmmonitor.testkit.plugin.FakeMetricView;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How one generation takes the place of another, and how it gives it back. */
@Timeout(120)
class SwapTest {
  private static final String FAILING =
      """
      public List<Guardrail> guardrails(PluginContext context) { return List.of(new Failing()); }
      static class Failing implements Guardrail {
        public String id() { return "kv"; }
        public GuardrailSpec spec() {
          return GuardrailSpec.of(Severity.ERROR, FailureKind.CACHE_OVERFLOW, "Fails.");
        }
        public Verdict check(MetricView view) { throw new IllegalStateException("broken"); }
        public void saveState(StateWriter state) { state.integer("count", 777); }
      }
      """;

  @TempDir Path home;
  private PlatformRig rig;

  @BeforeEach
  void open() throws IOException {
    rig = new PlatformRig(home);
  }

  @Test
  void everyStepOfALifeIsARow() throws IOException {
    drop(TestJars.counting("acme", "1.0.0", "kv"));
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      assertThat(rig.history.steps("acme"))
          .containsExactly(
              "1 DISCOVERED STAGED",
              "1 STAGED VERIFIED",
              "1 VERIFIED RESOLVED",
              "1 RESOLVED LOADED",
              "1 LOADED RESTORED",
              "1 RESTORED ACTIVE");
      drop(TestJars.counting("acme", "2.0.0", "kv"));
      rig.settle(platform);
      assertThat(rig.history.steps("acme").subList(6, 14))
          .containsExactly(
              "2 DISCOVERED STAGED",
              "2 STAGED VERIFIED",
              "2 VERIFIED RESOLVED",
              "2 RESOLVED LOADED",
              "2 LOADED RESTORED",
              "2 RESTORED ACTIVE",
              "1 ACTIVE DRAINING",
              "1 DRAINING UNLOADED");
    }
    assertThat(rig.history.steps("acme").subList(14, 16))
        .containsExactly("2 ACTIVE DRAINING", "2 DRAINING UNLOADED");
    try (PluginPlatform platform = rig.boot()) {
      assertThat(platform.plugins()).isNotEmpty();
      assertThat(rig.history.steps("acme").subList(16, 20))
          .containsExactly(
              "2 UNLOADED RESOLVED", "2 RESOLVED LOADED", "2 LOADED RESTORED", "2 RESTORED ACTIVE");
      assertThat(rig.problemCodes("acme")).isEmpty();
    }
  }

  @Test
  void aLifeThatEndedWithTheDaemonIsBroughtToItsEndAtTheNextStart() throws IOException {
    drop(TestJars.counting("acme", "1.0.0", "kv"));
    PluginPlatform killed = rig.boot();
    rig.settle(killed);
    try (PluginPlatform platform = rig.boot()) {
      assertThat(rig.history.steps("acme").get(6)).isEqualTo("1 ACTIVE UNLOADED");
      assertThat(platform.why("acme").transitions())
          .extracting(CodeTransition::reason)
          .contains("the daemon ended before it could be unloaded");
      assertThat(said(platform, ADVISED, "kv")).contains("call 1");
    } finally {
      killed.close();
    }
  }

  @Test
  void callsBeforeDuringAndAfterASwapAllGetAnAnswer() throws Exception {
    drop(TestJars.counting("acme", "1.0.0", "kv"));
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      Guardrail held = platform.forTarget(ADVISED).guardrails().get(0).extension();
      AtomicBoolean enough = new AtomicBoolean();
      CountDownLatch begun = new CountDownLatch(1_000);
      CompletableFuture<List<String>> answers =
          CompletableFuture.supplyAsync(
              () -> {
                List<String> given = new ArrayList<>();
                while (!enough.get()) {
                  // An old gate, held over the swap, hands on to the new instance.
                  given.add(((Verdict.Breach) held.check(FakeMetricView.empty())).reason());
                  begun.countDown();
                }
                return given;
              });
      begun.await();
      for (int version = 2; version <= 4; version++) {
        drop(TestJars.counting("acme", version + ".0.0", "kv"));
        rig.settle(platform);
      }
      String last = ((Verdict.Breach) held.check(FakeMetricView.empty())).reason();
      enough.set(true);
      List<String> given = answers.get();
      assertThat(last).startsWith("4.0.0 call ");
      // Every call was counted once, over all generations: none was lost, none was made twice.
      List<Long> counts = given.stream().map(SwapTest::count).sorted().toList();
      for (int i = 1; i < counts.size(); i++) {
        assertThat(counts.get(i)).isIn(counts.get(i - 1) + 1, counts.get(i - 1) + 2);
      }
      assertThat(counts.get(counts.size() - 1) - counts.get(0))
          .isIn((long) given.size() - 1, (long) given.size());
    }
  }

  @Test
  void aGenerationThatFailsOnProbationGivesWayWithTheStateFromBefore() throws IOException {
    drop(TestJars.counting("acme", "1.0.0", "kv"));
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      said(platform, ADVISED, "kv");
      said(platform, ADVISED, "kv");
      drop(TestJars.plugin("acme", "2.0.0", FAILING));
      rig.settle(platform);
      fail(platform);
      platform.forTarget(ADVISED).saveStates(); // the count of 777 must not win
      platform.tend();
      assertThat(said(platform, ADVISED, "kv")).startsWith("1.0.0 call 3");
      assertThat(rig.history.steps("acme"))
          .containsSubsequence(
              "2 ACTIVE DRAINING", "2 DRAINING UNLOADED", "2 UNLOADED ROLLED_BACK");
      assertThat(rig.problemCodes("acme")).containsExactly("PLUGIN_ROLLED_BACK");
      assertThat(platform.plugins().get(0).generation().reason())
          .contains("rolled back from generation 2: it failed on probation")
          .endsWith("; generation 2 is in quarantine");
      assertThat(platform.why("acme").remedy())
          .contains("in place of generation 2 drop changed content, or 'plugin approve acme'");
    }
    // Its file is still there, and must not bring it back.
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      assertThat(said(platform, ADVISED, "kv")).startsWith("1.0.0 call 4");
      assertThat(rig.problemCodes("acme.jar")).containsExactly("PLUGIN_QUARANTINED");
      drop(TestJars.counting("acme", "3.0.0", "kv"));
      rig.settle(platform);
      assertThat(said(platform, ADVISED, "kv")).startsWith("3.0.0 call 5");
      assertThat(rig.problemCodes("acme.jar")).isEmpty();
    }
  }

  @Test
  void aGenerationThatHasProvedItselfGoesOnDegraded() throws IOException {
    drop(TestJars.counting("acme", "1.0.0", "kv"));
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      drop(
          TestJars.plugin(
              "acme",
              "2.0.0",
              FAILING
                  .replace("throw new", "if (view.has(\"bad\")) throw new")
                  .replace("\"broken\");", "\"broken\"); return Verdict.pass();")));
      rig.settle(platform);
      assertThat(platform.why("acme").probation()).isPositive();
      rig.clock.advance(Duration.ofSeconds(61));
      assertThat(platform.why("acme").probation()).isEqualTo(Duration.ZERO);
      for (int i = 0; i < 20; i++) {
        assertThat(said(platform, ADVISED, "kv")).isEqualTo("pass");
      }
      assertThat(platform.why("acme").probation()).isNull();
      Guardrail guardrail = platform.forTarget(ADVISED).guardrails().get(0).extension();
      for (int i = 0; i < 5; i++) {
        assertThatThrownBy(() -> guardrail.check(having())).hasMessageContaining("broken");
      }
      platform.tend();
      assertThat(platform.plugins().get(0).phase().name()).isEqualTo("DEGRADED");
      assertThat(platform.plugins().get(0).generation().generation()).isEqualTo(2);
      assertThat(rig.problemCodes("acme")).containsExactly("PLUGIN_BREAKER_OPEN");
      platform.disable("acme");
      assertThat(rig.problemCodes("acme")).isEmpty(); // it protects no more, on purpose
    }
  }

  @Test
  void theOperatorRollsBackAndTheContentStaysAwayUntilItIsApproved() throws IOException {
    drop(TestJars.counting("acme", "1.0.0", "kv"));
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      assertThatThrownBy(() -> platform.rollback("acme"))
          .extracting(e -> ((MonitorException) e).code())
          .isEqualTo(ErrorCode.PLUGIN_NO_EARLIER_GENERATION);
      drop(TestJars.counting("acme", "2.0.0", "kv"));
      rig.settle(platform);
      assertThat(platform.rollback("acme").generation().generation()).isEqualTo(1);
      assertThat(said(platform, ADVISED, "kv")).startsWith("1.0.0");
    }
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      assertThat(said(platform, ADVISED, "kv")).startsWith("1.0.0");
      assertThat(platform.approve("acme").detail()).isEqualTo("its content in quarantine");
      assertThat(said(platform, ADVISED, "kv")).startsWith("2.0.0");
      assertThatThrownBy(() -> platform.approve("acme"))
          .hasMessageContaining("Nothing of 'acme' is in quarantine");
      assertThat(rig.history.steps("acme"))
          .containsSubsequence("2 ROLLED_BACK RESOLVED", "2 RESTORED ACTIVE", "1 ACTIVE DRAINING");
    }
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      assertThat(said(platform, ADVISED, "kv")).startsWith("2.0.0");
      assertThat(rig.problemCodes("acme")).isEmpty();
    }
  }

  @Test
  void dependentsAreStartedAgainWithTheirBaseAndKeepTheirState() throws IOException {
    drop(TestJars.counting("acme", "1.0.0", "kv"));
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      rig.drop(
          rig.plugins,
          "rely.jar",
          TestJars.counting("rely", "1.0.0", "rely")
              .manifest("Plugin-Dependencies", "acme")
              .bytes());
      rig.settle(platform);
      assertThat(said(platform, ADVISED, "rely")).startsWith("1.0.0 call 1");
      ClassLoader before = platform.classLoader("rely").orElseThrow();
      drop(TestJars.counting("acme", "2.0.0", "kv"));
      rig.settle(platform);
      assertThat(platform.classLoader("rely").orElseThrow()).isNotSameAs(before);
      assertThat(said(platform, ADVISED, "rely")).startsWith("1.0.0 call 2");
      assertThat(platform.why("acme").dependents()).containsExactly("rely");
      assertThat(platform.why("rely").dependencies()).containsExactly("acme");
      platform.disable("acme");
      assertThat(platform.why("rely").summary().phase().name()).isEqualTo("WAITING");
      assertThat(said(platform, ADVISED, "rely")).isEqualTo("absent");
      platform.enable("acme");
      rig.settle(platform);
      assertThat(said(platform, ADVISED, "rely")).startsWith("1.0.0 call 3");
      assertThat(rig.problemCodes("rely")).isEmpty();
    }
  }

  @Test
  void aDependentThatCannotBeStartedAgainUndoesTheWholeSwap() throws IOException {
    Path flag = home.resolve("no-more");
    drop(TestJars.counting("acme", "1.0.0", "kv"));
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      rig.drop(
          rig.plugins,
          "rely.jar",
          TestJars.plugin(
                  "rely",
                  "1.0.0",
                  "public Entry() { if (new java.io.File(\""
                      + flag
                      + "\").exists()) throw new Error(\"once only\"); }")
              .manifest("Plugin-Dependencies", "acme")
              .bytes());
      rig.settle(platform);
      said(platform, ADVISED, "kv");
      Files.createFile(flag);
      drop(TestJars.counting("acme", "2.0.0", "kv"));
      rig.settle(platform);
      assertThat(said(platform, ADVISED, "kv")).startsWith("1.0.0 call 2");
      assertThat(platform.classLoader("rely")).isPresent();
      assertThat(platform.plugins().get(0).generation().reason())
          .contains("generation 2 was rejected: rely, which depends on acme, cannot be started");
      assertThat(rig.problemCodes("acme.jar")).containsExactly("PLUGIN_START_FAILED");
    }
  }

  @Test
  void contentDuringWhoseFirstStepsTheJvmDiedIsNotStartedAgain() throws IOException {
    drop(TestJars.counting("acme", "1.0.0", "kv"));
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      drop(TestJars.counting("acme", "2.0.0", "kv"));
      rig.settle(platform);
    }
    String hash =
        rig.history.generations("acme").stream()
            .filter(generation -> generation.generation() == 2)
            .findFirst()
            .orElseThrow()
            .codeHash();
    try (SuspectJournal journal = new SuspectJournal(home.resolve("work"), rig.problems)) {
      journal.enter(hash, "check() of kv"); // and the JVM is gone
    }
    try (PluginPlatform platform = rig.open()) {
      List<String> report = PlatformRig.lines(platform.boot());
      assertThat(report)
          .anySatisfy(
              line ->
                  assertThat(line)
                      .contains(
                          "acme FAILED in quarantine, for the daemon died during check() of kv"));
      rig.settle(platform);
      assertThat(rig.problemCodes("acme")).containsExactly("PLUGIN_QUARANTINED");
      assertThat(said(platform, ADVISED, "kv")).isEqualTo("absent");
      assertThat(platform.rollback("acme").generation().generation()).isEqualTo(1);
      assertThat(said(platform, ADVISED, "kv")).startsWith("1.0.0");
    }
    try (PluginPlatform platform = rig.boot()) {
      // One crash is one quarantine: the journal of the last life was clean.
      assertThat(said(platform, ADVISED, "kv")).startsWith("1.0.0");
      assertThat(platform.approve("acme").detail()).isEqualTo("its content in quarantine");
    }
  }

  @Test
  void contentThatArrivesWhileTheUnitIsDisabledStartsWhenItIsEnabled() throws IOException {
    drop(TestJars.counting("acme", "1.0.0", "kv"));
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      platform.disable("acme");
      drop(TestJars.counting("acme", "2.0.0", "kv"));
      rig.settle(platform);
      assertThat(platform.plugins().get(0).phase().name()).isEqualTo("UNLOADED");
      platform.enable("acme");
      assertThat(said(platform, ADVISED, "kv")).startsWith("2.0.0");
      assertThat(platform.plugins().get(0).phase().name()).isEqualTo("ACTIVE");
      assertThat(rig.problemCodes("acme")).isEmpty();
    }
  }

  @Test
  void aStoreThatIsFullKeepsTheStepsUntilItHasRoom() throws IOException {
    drop(TestJars.counting("acme", "1.0.0", "kv"));
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
    }
    int before = rig.history.steps("acme").size();
    try (PluginPlatform platform = rig.open()) {
      rig.history.full(true);
      platform.boot();
      assertThat(said(platform, ADVISED, "kv")).startsWith("1.0.0"); // what was recorded runs
      assertThat(rig.history.steps("acme")).hasSize(before);
      rig.history.full(false);
      platform.disable("acme");
      assertThat(rig.history.steps("acme").subList(before, before + 6))
          .containsExactly(
              "1 UNLOADED RESOLVED",
              "1 RESOLVED LOADED",
              "1 LOADED RESTORED",
              "1 RESTORED ACTIVE",
              "1 ACTIVE DRAINING",
              "1 DRAINING UNLOADED");
    }
  }

  @Test
  void aStartThatTheEndOfTheDaemonCutOffIsFinishedOrUndoneAtTheNext() throws IOException {
    drop(TestJars.counting("acme", "1.0.0", "kv"));
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
    }
    // The record of the new generation was written, and nothing after it.
    byte[] broken =
        TestJars.plugin("acme", "2.0.0", "public Entry() { throw new Error(\"no\"); }").bytes();
    String hash = rig.blobs.put(broken);
    io.vllmmonitor.api.code.CodeGeneration first = rig.history.generations("acme").get(0);
    rig.history.write(
        entries ->
            entries.generation(
                new io.vllmmonitor.api.code.CodeGeneration(
                    "acme",
                    first.kind(),
                    "2.0.0",
                    2,
                    hash,
                    "",
                    "acme.jar",
                    first.status(),
                    "new content",
                    rig.clock.instant())));
    try (PluginPlatform platform = rig.boot()) {
      assertThat(said(platform, ADVISED, "kv")).startsWith("1.0.0");
      assertThat(rig.history.rows("acme")).endsWith("2 REJECTED");
    }
  }

  @Test
  void aStateThatWasTakenBeforeASwapIsNotStoredAfterIt() throws IOException {
    drop(TestJars.counting("acme", "1.0.0", "kv"));
    byte[] second = TestJars.counting("acme", "2.0.0", "kv").bytes();
    rig.drop(rig.plugins, "late.jar", hooked("late").bytes());
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      said(platform, ADVISED, "kv");
      hook(
          () -> {
            hook(null);
            // The saver has asked kv already, and waits for the other one.
            said(platform, ADVISED, "kv");
            drop(second);
            rig.settle(platform);
          });
      platform.forTarget(ADVISED).saveStates();
    } finally {
      hook(null);
    }
    try (PluginPlatform platform = rig.boot()) {
      assertThat(said(platform, ADVISED, "kv")).startsWith("2.0.0 call 3");
    }
  }

  @Test
  void callersGoOnBeforeTheOldInstancesAreClosed() throws IOException {
    drop(hooked("acme"));
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      Guardrail other = platform.forTarget(ADVISED).guardrails().get(1).extension();
      List<Verdict> answers = new CopyOnWriteArrayList<>();
      hook(() -> answers.add(other.check(FakeMetricView.empty())));
      drop(TestJars.counting("acme", "2.0.0", "other"));
      rig.settle(platform);
      assertThat(answers).isNotEmpty().allMatch(verdict -> verdict instanceof Verdict.Breach);
      assertThat(rig.problemCodes("acme")).isEmpty();
    } finally {
      hook(null);
    }
  }

  @Test
  void theStartForANewTargetIsNotedAsWell() throws IOException {
    drop(hooked("acme"));
    List<SuspectJournal.Suspect> noted = new CopyOnWriteArrayList<>();
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      hook(
          () -> {
            try (SuspectJournal journal = new SuspectJournal(home.resolve("work"), rig.problems)) {
              noted.addAll(journal.left());
            }
          });
      platform.forTarget(ADVISED);
    } finally {
      hook(null);
    }
    assertThat(noted)
        .extracting(SuspectJournal.Suspect::what)
        .contains("its start for " + ADVISED.id());
  }

  /** Two guardrails, the first of which runs the hook when it is made, saved and closed. */
  private static TestJars hooked(String id) throws IOException {
    return TestJars.plugin(
        id,
        "1.0.0",
        """
        static void hook() {
          Object hook = System.getProperties().get("acme.hook");
          if (hook != null) ((Runnable) hook).run();
        }
        public List<Guardrail> guardrails(PluginContext context) {
          hook();
          return List.of(new Hooked(), new Other());
        }
        static class Other implements Guardrail {
          public String id() { return "other"; }
          public GuardrailSpec spec() {
            return GuardrailSpec.of(Severity.ERROR, FailureKind.CACHE_OVERFLOW, "Hooks.");
          }
          public Verdict check(MetricView view) { return Verdict.pass(); }
        }
        static class Hooked extends Other {
          public String id() { return "hooked"; }
          public void saveState(StateWriter state) {
            if (!Thread.currentThread().getName().startsWith("plugin-call")) hook();
          }
          public void close() { hook(); }
        }
        """);
  }

  private static void hook(@Nullable Runnable work) {
    if (work == null) {
      System.getProperties().remove("acme.hook");
    } else {
      System.getProperties().put("acme.hook", work);
    }
  }

  private void drop(byte[] jar) {
    try {
      rig.drop(rig.plugins, "acme.jar", jar);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void fail(PluginPlatform platform) {
    Guardrail guardrail = platform.forTarget(ADVISED).guardrails().get(0).extension();
    for (int i = 0; i < 5; i++) {
      assertThatThrownBy(() -> guardrail.check(FakeMetricView.empty()))
          .hasMessageContaining("broken");
    }
  }

  private static io.vllmmonitor.api.view.MetricView having() {
    return (io.vllmmonitor.api.view.MetricView)
        java.lang.reflect.Proxy.newProxyInstance(
            SwapTest.class.getClassLoader(),
            new Class<?>[] {io.vllmmonitor.api.view.MetricView.class},
            (proxy, method, arguments) -> true);
  }

  private static long count(String reason) {
    return Long.parseLong(reason.replaceFirst(".* call (\\d+) .*", "$1"));
  }

  private void drop(TestJars jar) throws IOException {
    rig.drop(rig.plugins, "acme.jar", jar.bytes());
  }
}
