package io.vllmmonitor.core.prediction;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.guardrail.FiringStatus;
import io.vllmmonitor.api.guardrail.GuardrailFiring;
import io.vllmmonitor.api.guardrail.Severity;
import io.vllmmonitor.api.history.Problem;
import io.vllmmonitor.api.history.RestoreReport;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.lifecycle.LifecycleState;
import io.vllmmonitor.api.prediction.ActualOutcome;
import io.vllmmonitor.api.prediction.ActualOutcome.Result;
import io.vllmmonitor.api.prediction.FailurePrediction;
import io.vllmmonitor.api.prediction.FailurePredictor;
import io.vllmmonitor.api.prediction.Forecast;
import io.vllmmonitor.api.prediction.PredictionConfidence;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.api.target.TargetMode;
import io.vllmmonitor.api.view.MetricView;
import io.vllmmonitor.core.extension.Bound;
import io.vllmmonitor.core.extension.Evaluation;
import io.vllmmonitor.core.identity.TimeOrderedIds;
import io.vllmmonitor.core.incident.IncidentBook;
import io.vllmmonitor.core.mitigation.AttemptLedger;
import io.vllmmonitor.core.prediction.PredictorStatus.Standing;
import io.vllmmonitor.core.telemetry.Problems;
import io.vllmmonitor.core.testing.Attempts;
import io.vllmmonitor.core.testing.FakeExtensions;
import io.vllmmonitor.core.testing.FakeViews;
import io.vllmmonitor.core.testing.ManualClock;
import io.vllmmonitor.core.testing.MemoryHistory;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What predictors say, what becomes of it, and what they hear of it. */
class PredictionRunnerTest {
  private static final String USAGE = "vllm:kv_cache_usage_perc";
  private static final FailureKind KIND = FailureKind.CACHE_OVERFLOW;
  private static final Target TARGET =
      Target.of(URI.create("http://127.0.0.1:8000"), TargetMode.ADVISE, Duration.ofSeconds(5));

  private final ManualClock clock = new ManualClock();
  private final MemoryHistory history = new MemoryHistory();
  private final FakeExtensions extensions = new FakeExtensions();
  private final FakeViews views = new FakeViews(TARGET.id());
  private final TimeOrderedIds ids = new TimeOrderedIds(clock, new Random(1));
  private final List<String> heard = new ArrayList<>();
  private Problems problems = new Problems(clock, history);
  private IncidentBook incidents = new IncidentBook(TARGET.id(), history, history, ids, clock);
  private AttemptLedger attempts = new AttemptLedger(TARGET.id(), history, history, clock);
  private PredictionRunner runner = newRunner();

  private PredictionRunner newRunner() {
    return new PredictionRunner(
        TARGET, extensions, incidents, attempts, history, history, problems, ids, clock);
  }

  private List<RestoreReport.Item> restart() {
    problems = new Problems(clock, history);
    incidents = new IncidentBook(TARGET.id(), history, history, ids, clock);
    incidents.restore();
    runner = newRunner();
    return runner.restore();
  }

  private final class Rule implements FailurePredictor {
    private final String id;
    private final Function<MetricView, Forecast> rule;

    Rule(String id, Function<MetricView, Forecast> rule) {
      this.id = id;
      this.rule = rule;
    }

    @Override
    public String id() {
      return id;
    }

    @Override
    public Forecast predict(MetricView view) {
      return rule.apply(view);
    }

    @Override
    public void feedback(FailurePrediction prediction, ActualOutcome actual) {
      heard.add(prediction.id() + " " + actual.result());
    }

    @Override
    public Duration horizon() {
      return Duration.ofSeconds(60);
    }
  }

  private void predict(String id, boolean shadow, Function<MetricView, Forecast> rule) {
    extensions.predictors.clear();
    extensions.predictors.add(new Bound<>(new Rule(id, rule), "unit-" + id, "hash1", shadow));
  }

  /** Above 0.5 the cache will overflow. */
  private static Forecast rising(MetricView view) {
    return view.max(USAGE) > 0.5
        ? Forecast.failure(KIND, 0.7).because("it rises")
        : Forecast.none();
  }

  /** Five seconds later, a scrape with this usage. */
  private void tick(double usage) {
    views.put(clock.advanceSeconds(5), USAGE, usage);
    runner.tick(views, clock.instant(), true, LifecycleState.SERVING);
  }

  private void ticks(int count, double usage) {
    for (int i = 0; i < count; i++) {
      tick(usage);
    }
  }

  @Test
  void aPredictorIsAskedWithTheTimeAndTheChanceOfItsTick() {
    List<Object> seen = new ArrayList<>();
    InstantSource time = Evaluation.clock(() -> Instant.EPOCH);
    RandomGenerator chance = Evaluation.random(() -> 0);
    predict(
        "p",
        false,
        view -> {
          seen.add(time.instant());
          seen.add(chance.nextLong());
          return Forecast.none();
        });
    tick(0.1);
    Instant at = clock.instant();
    long drawn = Evaluation.of("hash1", "p", TARGET.id(), at).during(chance::nextLong);
    assertThat(seen).containsExactly(at, drawn);
  }

  private FailurePrediction only() {
    assertThat(history.predictions()).hasSize(1);
    return history.predictions().get(0);
  }

  private @Nullable Result result() {
    ActualOutcome outcome = only().actualOutcome();
    return outcome == null ? null : outcome.result();
  }

  /** An incident of this kind opens now, as guardrails do it. */
  private void incident(FailureKind kind) {
    GuardrailFiring firing =
        new GuardrailFiring(
            ids.next(),
            TARGET.id(),
            "kv",
            "hash",
            FiringStatus.FIRING,
            Severity.ERROR,
            kind,
            false,
            clock.instant(),
            clock.instant(),
            null,
            "full",
            Map.of());
    IncidentBook.Proposal proposal = incidents.propose(List.of(firing), List.of(), clock.instant());
    history.write(
        out -> {
          out.firing(firing);
          proposal.changed().forEach(out::incident);
        });
    incidents.apply(proposal);
  }

  @Test
  void aForecastFailureIsStoredOnceWhileItIsOpen() {
    predict("slope", false, PredictionRunnerTest::rising);
    tick(0.4);
    assertThat(history.predictions()).isEmpty();
    ticks(3, 0.9);
    FailurePrediction made = only();
    assertThat(made.at()).isEqualTo(ManualClock.START.plusSeconds(10));
    assertThat(made.predictor()).isEqualTo("slope");
    assertThat(made.failureType()).isEqualTo(KIND);
    assertThat(made.currentState()).isEqualTo(LifecycleState.SERVING);
    assertThat(made.confidence()).isEqualTo(PredictionConfidence.MEDIUM);
    assertThat(made.contributingFactors()).containsExactly("it rises");
    assertThat(made.actualOutcome()).isNull();
    PredictorStatus status = runner.statuses().get(0);
    assertThat(status.standing()).isEqualTo(Standing.FAILURE);
    assertThat(status.reason()).isEqualTo("CACHE_OVERFLOW, probability 0.70: it rises");
    assertThat(status.open()).isEqualTo(1);
    assertThat(status.evaluations()).isEqualTo(4);
  }

  @Test
  void nothingForecastFromAViewWithoutDataIsUnknown() {
    predict(
        "slope",
        false,
        view -> {
          double unused = view.rate("vllm:nope", 30);
          return Forecast.none();
        });
    tick(0.4);
    assertThat(runner.statuses().get(0).standing()).isEqualTo(Standing.UNKNOWN);
    assertThat(runner.statuses().get(0).reason()).isEqualTo("unknown: vllm:nope");
    predict("slope", false, PredictionRunnerTest::rising);
    tick(0.4);
    assertThat(runner.statuses().get(0).standing()).isEqualTo(Standing.NONE);
  }

  @Test
  void whatAPredictorThrowsIsUnknownAndAProblemAndTheOthersRunOn() {
    predict(
        "broken",
        false,
        view -> {
          throw new StackOverflowError("deep");
        });
    extensions.predictors.add(
        new Bound<>(new Rule("slope", PredictionRunnerTest::rising), "unit", "hash", false));
    tick(0.9);
    assertThat(runner.statuses().get(0).standing()).isEqualTo(Standing.UNKNOWN);
    assertThat(only().predictor()).isEqualTo("slope");
    assertThat(problems.open())
        .extracting(Problem::code)
        .containsExactly(ErrorCode.PLUGIN_CALL_FAILED);
    predict("broken", false, view -> Forecast.none());
    tick(0.9);
    assertThat(problems.open()).isEmpty();
  }

  @Test
  void itCameTrueWhenAnIncidentOfItsKindOpensInItsTime() {
    predict("slope", false, PredictionRunnerTest::rising);
    tick(0.9);
    tick(0.9);
    incident(FailureKind.REQUEST_BACKLOG);
    tick(0.9);
    assertThat(result()).isNull();
    incident(KIND);
    tick(0.9);
    assertThat(result()).isEqualTo(Result.CAME_TRUE);
    ActualOutcome outcome = requireNonNull(only().actualOutcome());
    assertThat(history.incidents())
        .anyMatch(one -> one.id().equals(outcome.incidentId()) && one.kind() == KIND);
    assertThat(outcome.explanation()).isEqualTo("The incident opened 10 s after the prediction");
    assertThat(heard).containsExactly(only().id() + " CAME_TRUE");
    assertThat(runner.statuses().get(0).cameTrue()).isEqualTo(1);
    // The incident is open, so there is nothing left to predict.
    ticks(3, 0.9);
    assertThat(history.predictions()).hasSize(1);
  }

  @Test
  void itWasAFalseAlarmWhenItsTimePassedUnderWatch() {
    predict("slope", false, PredictionRunnerTest::rising);
    tick(0.9);
    ticks(12, 0.1);
    assertThat(result()).isNull();
    tick(0.1);
    assertThat(result()).isEqualTo(Result.FALSE_ALARM);
    assertThat(heard).containsExactly(only().id() + " FALSE_ALARM");
    assertThat(runner.statuses().get(0).falseAlarms()).isEqualTo(1);
    tick(0.9);
    assertThat(history.predictions()).hasSize(2);
  }

  @Test
  void theLatestTimeItNamesCountsInsteadOfTheHorizon() {
    predict(
        "slope",
        false,
        view ->
            view.max(USAGE) > 0.5
                ? Forecast.failure(KIND, 0.9).withinSeconds(5, 10)
                : Forecast.none());
    tick(0.9);
    ticks(3, 0.1);
    assertThat(result()).isEqualTo(Result.FALSE_ALARM);
  }

  @Test
  void itIsUndecidedWhenNobodyLookedForMoreThanATenthOfItsTime() {
    predict("slope", false, PredictionRunnerTest::rising);
    tick(0.9);
    ticks(2, 0.1);
    Instant unused = clock.advanceSeconds(15);
    ticks(10, 0.1);
    assertThat(result()).isEqualTo(Result.UNDECIDED);
    assertThat(requireNonNull(only().actualOutcome()).explanation())
        .isEqualTo("The target was not watched for 20 s of the 60 s");
    assertThat(runner.statuses().get(0).undecided()).isEqualTo(1);
  }

  @Test
  void scrapesOfATargetThatIsDownDoNotCountAsWatching() {
    predict("slope", false, PredictionRunnerTest::rising);
    tick(0.9);
    views.put(clock.instant().plusSeconds(1), USAGE, 0.1);
    for (int i = 0; i < 13; i++) {
      runner.tick(views, clock.advanceSeconds(5), false, LifecycleState.ERROR);
    }
    assertThat(result()).isEqualTo(Result.UNDECIDED);
  }

  @Test
  void itIsUndecidedWhenSomethingWasSentToTheTargetMeanwhile() {
    predict("slope", false, PredictionRunnerTest::rising);
    tick(0.9);
    attempts.store(Attempts.done(TARGET.id(), clock.instant().plusSeconds(1)));
    ticks(13, 0.1);
    assertThat(result()).isEqualTo(Result.UNDECIDED);
    assertThat(requireNonNull(only().actualOutcome()).explanation())
        .isEqualTo("A mitigation was executed on the target meanwhile");
  }

  @Test
  void aPredictorInShadowIsFollowedAndToldButNotStored() {
    predict("slope", true, PredictionRunnerTest::rising);
    tick(0.9);
    assertThat(runner.statuses().get(0).open()).isEqualTo(1);
    assertThat(runner.statuses().get(0).shadow()).isTrue();
    ticks(13, 0.1);
    assertThat(runner.statuses().get(0).falseAlarms()).isEqualTo(1);
    assertThat(heard).hasSize(1);
    assertThat(history.predictions()).isEmpty();
    runner.saveState();
    assertThat(restart().get(0).status()).isEqualTo(RestoreReport.Status.FRESH);
  }

  @Test
  void whatTheStoreRefusesDoesNotExistYet() {
    predict("slope", false, PredictionRunnerTest::rising);
    history.refuse(draft -> !draft.predictions.isEmpty());
    tick(0.9);
    assertThat(runner.statuses().get(0).open()).isZero();
    assertThat(problems.open()).extracting(Problem::code).containsExactly(ErrorCode.STORE_FULL);
    history.refuse(draft -> false);
    tick(0.9);
    assertThat(runner.statuses().get(0).open()).isEqualTo(1);

    history.refuse(draft -> !draft.predictions.isEmpty());
    ticks(14, 0.1);
    assertThat(heard).isEmpty();
    history.refuse(draft -> false);
    tick(0.1);
    assertThat(heard).hasSize(1);
    assertThat(result()).isEqualTo(Result.FALSE_ALARM);
  }

  @Test
  void anOpenPredictionSurvivesARestartAndComesTrueAfterIt() {
    predict("slope", false, PredictionRunnerTest::rising);
    tick(0.9);
    RestoreReport.Item item = restart().get(0);
    assertThat(item.status()).isEqualTo(RestoreReport.Status.RESTORED);
    assertThat(item.detail()).isEqualTo("1 open");
    tick(0.9);
    assertThat(history.predictions()).hasSize(1);
    incident(KIND);
    tick(0.9);
    assertThat(result()).isEqualTo(Result.CAME_TRUE);
    assertThat(heard).hasSize(1);
  }

  @Test
  void theTimeTheDaemonWasDownCountsAsUnwatched() {
    predict("slope", false, PredictionRunnerTest::rising);
    tick(0.9);
    runner.saveState();
    Instant unused = clock.advanceSeconds(20);
    List<RestoreReport.Item> items = restart();
    assertThat(items).hasSize(1);
    ticks(9, 0.1);
    assertThat(result()).isEqualTo(Result.UNDECIDED);
  }

  @Test
  void anIncidentThatOpenedJustBeforeACrashStillCounts() {
    predict("slope", false, PredictionRunnerTest::rising);
    tick(0.9);
    Instant unused = clock.advanceSeconds(5);
    incident(KIND);
    List<RestoreReport.Item> items = restart();
    assertThat(items).hasSize(1);
    tick(0.1);
    assertThat(result()).isEqualTo(Result.CAME_TRUE);
  }

  @Test
  void aPredictionThatIsGoneFromTheHistoryIsReported() {
    predict("slope", false, PredictionRunnerTest::rising);
    tick(0.9);
    history.forgetPredictions();
    RestoreReport.Item item = restart().get(0);
    assertThat(item.status()).isEqualTo(RestoreReport.Status.CHANGED);
    assertThat(item.detail()).isEqualTo("0 open, 1 no longer in the history");
  }

  @Test
  void thePredictionOfOneThatWasTakenAwayIsStillResolved() {
    predict("slope", false, PredictionRunnerTest::rising);
    tick(0.9);
    extensions.predictors.clear();
    ticks(13, 0.1);
    assertThat(result()).isEqualTo(Result.FALSE_ALARM);
    assertThat(heard).isEmpty();
    assertThat(runner.statuses()).isEmpty();
  }

  @Test
  void endlessFactorsAreCutVisibly() {
    List<String> many = java.util.stream.IntStream.range(0, 30).mapToObj(i -> "f" + i).toList();
    predict(
        "slope",
        false,
        view -> {
          Forecast.Failure failure = Forecast.failure(KIND, 0.7);
          for (String factor : many) {
            failure = failure.because(factor);
          }
          return failure.recommending("x".repeat(600));
        });
    tick(0.9);
    assertThat(only().contributingFactors()).hasSize(20).contains("f18", "… and 11 more");
    assertThat(only().recommendedMitigations().get(0)).hasSize(500).endsWith("…");
  }
}
