package io.vllmmonitor.core.guardrail;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.guardrail.FiringStatus;
import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.api.guardrail.GuardrailFiring;
import io.vllmmonitor.api.guardrail.GuardrailSpec;
import io.vllmmonitor.api.guardrail.Severity;
import io.vllmmonitor.api.guardrail.Verdict;
import io.vllmmonitor.api.history.Problem;
import io.vllmmonitor.api.history.RestoreReport;
import io.vllmmonitor.api.incident.Incident;
import io.vllmmonitor.api.incident.IncidentStatus;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.api.target.TargetMode;
import io.vllmmonitor.api.view.MetricView;
import io.vllmmonitor.core.extension.Bound;
import io.vllmmonitor.core.guardrail.GuardrailStatus.Standing;
import io.vllmmonitor.core.identity.TimeOrderedIds;
import io.vllmmonitor.core.incident.IncidentBook;
import io.vllmmonitor.core.telemetry.Problems;
import io.vllmmonitor.core.testing.FakeExtensions;
import io.vllmmonitor.core.testing.FakeViews;
import io.vllmmonitor.core.testing.ManualClock;
import io.vllmmonitor.core.testing.MemoryHistory;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class GuardrailRunnerTest {
  private static final String USAGE = "vllm:kv_cache_usage_perc";
  private static final Target TARGET =
      Target.of(URI.create("http://127.0.0.1:8000"), TargetMode.ADVISE, Duration.ofSeconds(5));
  private static final GuardrailSpec SPEC =
      GuardrailSpec.of(Severity.ERROR, FailureKind.CACHE_OVERFLOW, "The KV cache is full")
          .withBreachForSeconds(10)
          .withKeepFiringForSeconds(15);

  private final ManualClock clock = new ManualClock();
  private final MemoryHistory history = new MemoryHistory();
  private final FakeExtensions extensions = new FakeExtensions();
  private final FakeViews views = new FakeViews(TARGET.id());
  private final TimeOrderedIds ids = new TimeOrderedIds(clock, new Random(1));
  private Problems problems = new Problems(clock, history);
  private IncidentBook incidents = new IncidentBook(TARGET.id(), history, history, ids, clock);
  private GuardrailRunner runner = newRunner();

  private GuardrailRunner newRunner() {
    return new GuardrailRunner(
        TARGET, extensions, incidents, history, history, problems, ids, clock);
  }

  private List<RestoreReport.Item> restart() {
    problems = new Problems(clock, history);
    incidents = new IncidentBook(TARGET.id(), history, history, ids, clock);
    incidents.restore();
    runner = newRunner();
    return runner.restore();
  }

  /** Above 0.95 is a breach; while firing, above 0.85. */
  private static Verdict full(MetricView view) {
    double limit = view.firing() ? 0.85 : 0.95;
    double usage = view.max(USAGE);
    return usage > limit ? Verdict.breach("KV cache at " + usage) : Verdict.pass();
  }

  private record Rule(String id, GuardrailSpec spec, Function<MetricView, Verdict> rule)
      implements Guardrail {
    @Override
    public Verdict check(MetricView view) {
      return rule.apply(view);
    }
  }

  private void guard(String id, GuardrailSpec spec, Function<MetricView, Verdict> rule) {
    extensions.guardrails.add(new Bound<>(new Rule(id, spec, rule), "unit-" + id, "hash1", false));
  }

  /** Five seconds later, a scrape with this usage. */
  private List<FiringChange> tick(double usage) {
    views.put(clock.advanceSeconds(5), USAGE, usage);
    return runner.evaluate(views, clock.instant());
  }

  private GuardrailStatus status(String id) {
    return runner.statuses().stream()
        .filter(status -> status.guardrail().equals(id))
        .findFirst()
        .orElseThrow();
  }

  private List<ErrorCode> openProblems() {
    return problems.open().stream().map(Problem::code).toList();
  }

  @Test
  void aBreachFiresOnlyAfterItsHoldDown() {
    guard("kv", SPEC, GuardrailRunnerTest::full);

    assertThat(tick(0.99)).isEmpty();
    assertThat(status("kv").standing()).isEqualTo(Standing.PENDING);
    assertThat(tick(0.98)).isEmpty();
    List<FiringChange> changes = tick(0.97);

    assertThat(changes).hasSize(1);
    GuardrailFiring firing = changes.get(0).firing();
    assertThat(firing.status()).isEqualTo(FiringStatus.FIRING);
    assertThat(firing.breachSince()).isEqualTo(ManualClock.START.plusSeconds(5));
    assertThat(firing.firedAt()).isEqualTo(ManualClock.START.plusSeconds(15));
    assertThat(firing.codeHash()).isEqualTo("hash1");
    assertThat(firing.evidence()).containsEntry(USAGE, 0.97);
    assertThat(history.firings()).containsExactly(firing);
    assertThat(status("kv").standing()).isEqualTo(Standing.FIRING);
    assertThat(runner.firing()).containsExactly("kv");
  }

  @Test
  void aPassInBetweenStartsTheHoldDownAnew() {
    guard("kv", SPEC, GuardrailRunnerTest::full);
    tick(0.99);
    tick(0.5);
    tick(0.99);
    tick(0.99);
    assertThat(history.firings()).isEmpty();
    assertThat(tick(0.99)).hasSize(1);
  }

  @Test
  void unknownNeitherFiresNorClearsAndEndsWhatIsPending() {
    guard("kv", SPEC, GuardrailRunnerTest::full);
    tick(0.99);
    tick(0.99);
    views.drop(USAGE);
    assertThat(runner.evaluate(views, clock.advanceSeconds(5))).isEmpty();
    assertThat(status("kv").standing()).isEqualTo(Standing.UNKNOWN);
    assertThat(status("kv").reason()).contains(USAGE);
    tick(0.99);
    tick(0.99);
    assertThat(history.firings()).as("the hold-down began anew").isEmpty();
    tick(0.99);
    assertThat(history.firings()).hasSize(1);

    tick(0.1);
    views.drop(USAGE);
    for (int i = 0; i < 20; i++) {
      runner.evaluate(views, clock.advanceSeconds(5));
    }
    assertThat(status("kv").standing()).isEqualTo(Standing.FIRING);
    assertThat(history.firings().get(0).status()).isEqualTo(FiringStatus.FIRING);
  }

  @Test
  void aPassWithoutDataIsNeverAPass() {
    guard("kv", SPEC, view -> view.value("gone") > 1 ? Verdict.breach("too many") : Verdict.pass());
    tick(0.1);
    assertThat(status("kv").standing()).isEqualTo(Standing.UNKNOWN);
    assertThat(status("kv").reason()).isEqualTo("unknown: gone");
  }

  @Test
  void hysteresisKeepsItFiringBetweenTheTwoLimits() {
    guard("kv", SPEC, GuardrailRunnerTest::full);
    tick(0.99);
    tick(0.99);
    tick(0.99);
    for (int i = 0; i < 10; i++) {
      assertThat(tick(0.9)).isEmpty();
    }
    assertThat(status("kv").standing()).isEqualTo(Standing.FIRING);
    tick(0.8);
    tick(0.8);
    tick(0.8);
    List<FiringChange> cleared = tick(0.8);
    assertThat(cleared).hasSize(1);
    assertThat(cleared.get(0).began()).isFalse();
    assertThat(cleared.get(0).firing().clearedAt()).isEqualTo(clock.instant());
    assertThat(tick(0.9)).as("0.9 is a pass once it is clear").isEmpty();
    assertThat(status("kv").standing()).isEqualTo(Standing.PASS);
  }

  @Test
  void anythingThrownIsUnknownAndTheOthersRunOn() {
    guard(
        "budget",
        SPEC,
        view -> {
          throw new MonitorException(
              ErrorCode.GUARDRAIL_BUDGET_EXHAUSTED, Blame.PLUGIN, "1,000,000 steps are used up");
        });
    guard("deep", SPEC, GuardrailRunnerTest::endless);
    guard(
        "hungry",
        SPEC,
        view -> {
          throw new OutOfMemoryError("Java heap space");
        });
    guard("kv", SPEC, GuardrailRunnerTest::full);
    tick(0.99);
    tick(0.99);
    assertThat(tick(0.99)).hasSize(1);
    for (String id : List.of("budget", "deep", "hungry")) {
      assertThat(status(id).standing()).as(id).isEqualTo(Standing.UNKNOWN);
    }
    assertThat(status("hungry").reason()).contains("OutOfMemoryError").contains("heap");
    assertThat(openProblems())
        .containsOnly(ErrorCode.GUARDRAIL_BUDGET_EXHAUSTED, ErrorCode.GUARDRAIL_EVALUATION)
        .hasSize(3);
  }

  @SuppressWarnings("InfiniteRecursion")
  private static Verdict endless(MetricView view) {
    return endless(view);
  }

  @Test
  void aGuardrailThatIsWellAgainLeavesNoProblem() {
    boolean[] broken = {true};
    guard(
        "kv",
        SPEC,
        view -> {
          if (broken[0]) {
            throw new IllegalStateException("not yet");
          }
          return Verdict.pass();
        });
    tick(0.1);
    assertThat(openProblems()).containsExactly(ErrorCode.GUARDRAIL_EVALUATION);
    broken[0] = false;
    tick(0.1);
    assertThat(openProblems()).isEmpty();
  }

  @Test
  void firingsOfOneKindJoinOneIncidentThatClosesWithTheLast() {
    guard("a", SPEC, GuardrailRunnerTest::full);
    guard(
        "b",
        SPEC.withBreachForSeconds(15),
        view -> view.max(USAGE) > 0.5 ? Verdict.breach(Severity.CRITICAL, "b") : Verdict.pass());
    tick(0.99);
    tick(0.99);
    tick(0.99);
    assertThat(history.incidents()).hasSize(1);
    tick(0.99);
    Incident joined = history.incidents().get(0);
    assertThat(history.incidents()).hasSize(1);
    assertThat(joined.firings()).hasSize(2);
    assertThat(joined.severity()).isEqualTo(Severity.CRITICAL);
    assertThat(incidents.open()).containsExactly(joined);

    for (int i = 0; i < 4; i++) {
      tick(0.7);
    }
    assertThat(runner.firing()).containsExactly("b");
    assertThat(incidents.open()).hasSize(1);
    for (int i = 0; i < 4; i++) {
      tick(0.1);
    }
    assertThat(incidents.open()).isEmpty();
    assertThat(history.incidents().get(0).status()).isEqualTo(IncidentStatus.CLOSED);
    assertThat(history.incidents().get(0).closedAt()).isEqualTo(clock.instant());
  }

  @Test
  void aShadowGuardrailIsRecordedWithoutAnIncident() {
    extensions.guardrails.add(
        new Bound<>(new Rule("kv", SPEC, GuardrailRunnerTest::full), "u", "hash1", true));
    tick(0.99);
    tick(0.99);
    assertThat(tick(0.99)).hasSize(1);
    assertThat(history.firings().get(0).shadow()).isTrue();
    assertThat(history.incidents()).isEmpty();
    assertThat(runner.firing()).isEmpty();

    // Promoted: the shadow firing ends, one with effect begins at once.
    Bound<Guardrail> shadow = extensions.guardrails.remove(0);
    extensions.guardrails.add(new Bound<>(shadow.extension(), "u", "hash1", false));
    assertThat(tick(0.99)).hasSize(2);
    assertThat(history.incidents()).hasSize(1);
  }

  @Test
  void whatTheStoreRefusesDoesNotTakeEffect() {
    guard("kv", SPEC, GuardrailRunnerTest::full);
    tick(0.99);
    tick(0.99);
    history.refuse(draft -> !draft.firings.isEmpty());
    assertThat(tick(0.99)).isEmpty();
    assertThat(status("kv").standing()).isEqualTo(Standing.PENDING);
    assertThat(incidents.open()).isEmpty();
    assertThat(openProblems()).containsExactly(ErrorCode.STORE_FULL);
    history.refuse(draft -> false);
    assertThat(tick(0.99)).hasSize(1);
    assertThat(incidents.open()).hasSize(1);
  }

  @Test
  void aRemovedGuardrailClearsItsFiringWithThatReason() {
    guard("kv", SPEC, GuardrailRunnerTest::full);
    tick(0.99);
    tick(0.99);
    tick(0.99);
    extensions.guardrails.clear();
    history.refuse(draft -> true);
    assertThat(tick(0.99)).isEmpty();
    assertThat(incidents.open()).hasSize(1);
    history.refuse(draft -> false);
    List<FiringChange> changes = tick(0.99);
    assertThat(changes).hasSize(1);
    assertThat(changes.get(0).why()).contains("removed or disabled");
    assertThat(history.firings().get(0).status()).isEqualTo(FiringStatus.CLEARED);
    assertThat(history.firings().get(0).reason()).contains("removed or disabled");
    assertThat(incidents.open()).isEmpty();
    assertThat(runner.statuses()).isEmpty();
    assertThat(tick(0.99)).isEmpty();
  }

  @Test
  void newCodeGoesOnWithWhatWasPending() {
    guard("kv", SPEC, GuardrailRunnerTest::full);
    tick(0.99);
    tick(0.99);
    extensions.guardrails.clear();
    extensions.guardrails.add(
        new Bound<>(new Rule("kv", SPEC, GuardrailRunnerTest::full), "u", "hash2", false));
    List<FiringChange> changes = tick(0.99);
    assertThat(changes).hasSize(1);
    assertThat(changes.get(0).firing().codeHash()).isEqualTo("hash2");
    assertThat(status("kv").evaluations()).isEqualTo(1);
  }

  @Test
  void holdDownsSurviveARestartWithoutCountingTheTimeInBetween() {
    guard("kv", SPEC.withBreachForSeconds(30), GuardrailRunnerTest::full);
    tick(0.99);
    tick(0.99);
    tick(0.99);
    runner.saveState();
    clock.advance(Duration.ofMinutes(20));
    List<RestoreReport.Item> items = restart();
    assertThat(items).extracting(RestoreReport.Item::detail).contains("1 running hold-down(s)");
    // 10 s before, at most two intervals for the gap: 20 s; two more ticks make 30.
    assertThat(tick(0.99)).isEmpty();
    assertThat(tick(0.99)).isEmpty();
    assertThat(tick(0.99)).hasSize(1);
  }

  @Test
  void aHoldDownBeginsAnewAfterALongSilence() {
    guard("kv", SPEC, GuardrailRunnerTest::full);
    tick(0.99);
    tick(0.99);
    clock.advance(Duration.ofHours(2));
    restart();
    assertThat(tick(0.99)).isEmpty();
    assertThat(tick(0.99)).isEmpty();
    List<FiringChange> changes = tick(0.99);
    assertThat(changes).hasSize(1);
    assertThat(changes.get(0).firing().breachSince()).isEqualTo(clock.instant().minusSeconds(10));
  }

  @Test
  void theBeginningOfAHoldDownIsKeptWithoutSaving() {
    guard("kv", SPEC, GuardrailRunnerTest::full);
    tick(0.99);
    restart();
    tick(0.99);
    assertThat(tick(0.99)).as("10 s after the first breach, a kill in between").hasSize(1);
  }

  @Test
  void openFiringsAndIncidentsComeBackAndClear() {
    guard("kv", SPEC, GuardrailRunnerTest::full);
    guard("kw", SPEC, GuardrailRunnerTest::full);
    guard("kx", SPEC, GuardrailRunnerTest::full);
    tick(0.99);
    tick(0.99);
    tick(0.99);
    restart();
    assertThat(incidents.open()).hasSize(1);
    // Between the two limits: only what fires already sees a breach.
    assertThat(tick(0.9)).isEmpty();
    assertThat(status("kv").standing()).isEqualTo(Standing.FIRING);
    assertThat(runner.firing()).containsExactly("kv", "kw", "kx");
    tick(0.1);
    tick(0.1);
    tick(0.1);
    assertThat(tick(0.1)).hasSize(3);
    assertThat(incidents.open()).isEmpty();
    assertThat(history.incidents().get(0).status()).isEqualTo(IncidentStatus.CLOSED);
  }

  @Test
  void aClockThatGoesBackDoesNotFire() {
    guard("kv", SPEC, GuardrailRunnerTest::full);
    tick(0.99);
    tick(0.99);
    views.put(clock.instant().minusSeconds(3600), USAGE, 0.99);
    assertThat(runner.evaluate(views, clock.instant().minusSeconds(3600))).isEmpty();
    assertThat(status("kv").standing()).isEqualTo(Standing.PENDING);
  }

  @Test
  void nothingIsWrittenInAQuietTick() {
    guard("kv", SPEC, GuardrailRunnerTest::full);
    tick(0.1);
    int before = history.writes();
    for (int i = 0; i < 10; i++) {
      tick(0.1);
    }
    assertThat(history.writes()).isEqualTo(before);
  }
}
