package io.vllmmonitor.core.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.code.CodeKind;
import io.vllmmonitor.api.code.CodeStatus;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.api.guardrail.GuardrailSpec;
import io.vllmmonitor.api.guardrail.Severity;
import io.vllmmonitor.api.guardrail.Verdict;
import io.vllmmonitor.api.history.HistoryQuery;
import io.vllmmonitor.api.history.Problem;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.prediction.FailurePredictor;
import io.vllmmonitor.api.prediction.Forecast;
import io.vllmmonitor.api.rehearsal.Rehearsal;
import io.vllmmonitor.api.rehearsal.RehearsalResult;
import io.vllmmonitor.api.rehearsal.RehearsedExtension;
import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.api.target.TargetMode;
import io.vllmmonitor.api.view.MetricView;
import io.vllmmonitor.core.extension.Evaluation;
import io.vllmmonitor.core.identity.TimeOrderedIds;
import io.vllmmonitor.core.plugin.CandidateUnit;
import io.vllmmonitor.core.plugin.RehearsalGate;
import io.vllmmonitor.core.telemetry.Problems;
import io.vllmmonitor.core.testing.MemoryHistory;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class RehearsalDeskTest {
  private static final Instant START = Instant.parse("2026-11-25T12:00:00Z");
  private static final Target TARGET =
      Target.of(URI.create("http://gpu:8000"), TargetMode.ADVISE, Duration.ofSeconds(5));
  private static final int SCRAPES = 720; // an hour
  private static final Instant NOW = START.plusSeconds(5L * SCRAPES);
  private static final String USAGE = "usage";

  private final MemoryHistory history = new MemoryHistory();
  private final Problems problems = new Problems(() -> NOW, history);
  private long nanos;

  /** Usage is high for a minute in the middle; the target is down for a minute later. */
  private void stored() {
    StoredTarget stored = new StoredTarget(TARGET);
    for (int i = 0; i < SCRAPES; i++) {
      boolean up = i < 500 || i >= 512;
      double usage = i >= 300 && i < 312 ? 0.99 : 0.5;
      stored.scrape(
          START.plusSeconds(5L * i), up, up ? Map.of(SeriesKey.of(USAGE), usage) : Map.of());
    }
    stored.store(history);
  }

  private RehearsalDesk desk(RehearsalPolicy policy) {
    return new RehearsalDesk(
        history,
        history,
        new MetricCatalog(),
        problems,
        new TimeOrderedIds(() -> NOW, new Random(1)),
        () -> NOW,
        () -> nanos += 1_000,
        policy);
  }

  private RehearsalGate.Receipt rehearse(Function<MetricView, Verdict> rule) {
    return desk(RehearsalPolicy.defaults()).rehearse(new Candidate(new Rule(rule), List.of()));
  }

  private Rehearsal receipt() {
    return history.rehearsals(HistoryQuery.newest(), "unit").items().get(0);
  }

  private static Verdict full(MetricView view) {
    return view.max(USAGE) > 0.9 ? Verdict.breach("full") : Verdict.pass();
  }

  @Test
  void aGuardrailIsJudgedTickByTickWithItsHoldDowns() {
    stored();

    RehearsalGate.Receipt receipt = rehearse(RehearsalDeskTest::full);

    assertThat(receipt.decision()).isEqualTo(RehearsalGate.Decision.PASSED);
    RehearsedExtension trial = receipt().trials().get(0);
    assertThat(trial.ticks()).isEqualTo(SCRAPES);
    assertThat(trial.verdicts())
        .containsEntry("breach", 12L)
        .containsEntry("unknown", 12L)
        .containsEntry("pass", 696L);
    assertThat(trial.firings()).isEqualTo(1);
    Instant breach = START.plusSeconds(5L * 300);
    assertThat(trial.intervals())
        .containsExactly(
            new RehearsedExtension.Interval(
                breach.plusSeconds(10), breach.plusSeconds(60).plusSeconds(30)));
    assertThat(trial.failures()).isZero();
    assertThat(trial.meanNanos()).isEqualTo(1_000);
    assertThat(problems.open()).isEmpty();
  }

  @Test
  void theClockOfACandidateStandsAtTheTick() {
    stored();
    List<Instant> seen = new ArrayList<>();
    Candidate candidate = new Candidate(new Rule(RehearsalDeskTest::full), seen);

    RehearsalGate.Receipt unused = desk(RehearsalPolicy.defaults()).rehearse(candidate);

    assertThat(seen).hasSize(SCRAPES).startsWith(START, START.plusSeconds(5));
  }

  @Test
  void codeThatOnlyFailsIsRefusedWithoutWaitingForTheEnd() {
    stored();

    RehearsalGate.Receipt receipt =
        rehearse(
            view -> {
              throw new IllegalStateException("not today");
            });

    assertThat(receipt.decision()).isEqualTo(RehearsalGate.Decision.REFUSED);
    assertThat(receipt.reason()).contains("20 of 20").contains("not today");
  }

  @Test
  void chanceIsThatOfTheTickAsItIsLive() {
    stored();
    RandomGenerator chance = Evaluation.random(() -> 0);
    List<Long> drawn = new ArrayList<>();
    List<Long> foreseen = new ArrayList<>();
    Rule rule =
        new Rule(
            view -> {
              drawn.add(chance.nextLong());
              return full(view);
            });
    FailurePredictor predictor =
        new FailurePredictor() {
          @Override
          public String id() {
            return "soon";
          }

          @Override
          public Forecast predict(MetricView view) {
            foreseen.add(chance.nextLong());
            return Forecast.none();
          }
        };

    RehearsalGate.Receipt unused =
        desk(RehearsalPolicy.defaults()).rehearse(new Candidate(rule, List.of()).with(predictor));

    assertThat(drawn).hasSize(SCRAPES).startsWith(drawnLive(rule.id(), chance));
    assertThat(foreseen).hasSize(SCRAPES).startsWith(drawnLive("soon", chance));
  }

  private static Long drawnLive(String extension, RandomGenerator chance) {
    return Evaluation.of("hash", extension, TARGET.id(), START).during(chance::nextLong);
  }

  @Test
  void codeThatThrowsInMostTicksIsRefused() {
    stored();
    int[] calls = {0};

    RehearsalGate.Receipt receipt =
        rehearse(
            view -> {
              if (calls[0]++ % 3 == 0) {
                return Verdict.pass();
              }
              throw new IllegalStateException("not today");
            });

    assertThat(receipt.decision()).isEqualTo(RehearsalGate.Decision.REFUSED);
    assertThat(receipt.reason()).contains("480 of 720").contains("not today");
    assertThat(problems.open()).isEmpty(); // what refuses the file tells of it, once
    assertThat(receipt().result()).isEqualTo(RehearsalResult.REJECTED);
  }

  @Test
  void codeThatWouldFireMostOfTheTimeGoesIntoShadow() {
    stored();

    RehearsalGate.Receipt receipt = rehearse(view -> Verdict.breach("always"));

    assertThat(receipt.decision()).isEqualTo(RehearsalGate.Decision.SHADOW);
    assertThat(problems.open())
        .extracting(Problem::code)
        .containsExactly(ErrorCode.REHEARSAL_FIRES_OFTEN);
  }

  @Test
  void whatTheDeadlineCutsOffIsTold() {
    stored();
    RehearsalPolicy usual = RehearsalPolicy.defaults();
    RehearsalPolicy hasty =
        new RehearsalPolicy(
            true, usual.window(), Duration.ofNanos(200_000), usual.maxFiringRatio(), Duration.ZERO);

    RehearsalGate.Receipt receipt =
        desk(hasty).rehearse(new Candidate(new Rule(RehearsalDeskTest::full), List.of()));

    assertThat(receipt.decision()).isEqualTo(RehearsalGate.Decision.PASSED);
    assertThat(receipt().cutAt()).isAfter(START).isBefore(NOW);
    assertThat(receipt.reason()).contains("cut at");
    assertThat(problems.open()).extracting(Problem::code).containsExactly(ErrorCode.REHEARSAL_CUT);
  }

  @Test
  void aRehearsalThatDoesNotEndIsGivenUpAndSaysSo() {
    stored();
    Thread waiting = Thread.currentThread();
    AtomicBoolean stuck = new AtomicBoolean();

    assertThatThrownBy(
            () ->
                rehearse(
                    view -> {
                      if (!stuck.getAndSet(true)) {
                        waiting.interrupt(); // as a deadline that has passed
                        LockSupport.park();
                      }
                      return Verdict.pass();
                    }))
        .isInstanceOf(MonitorException.class)
        .hasMessageContaining("a call of its code did not end within");
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void withoutStoredScrapesThereIsNothingToRehearse() {
    RehearsalGate.Receipt receipt = rehearse(RehearsalDeskTest::full);

    assertThat(receipt.decision()).isEqualTo(RehearsalGate.Decision.NOT_REHEARSED);
    assertThat(receipt().result()).isEqualTo(RehearsalResult.NOTHING_TO_REHEARSE);
  }

  @Test
  void aPredictorFiresWhileItForecastsAFailure() {
    stored();
    FailurePredictor predictor =
        new FailurePredictor() {
          @Override
          public String id() {
            return "soon";
          }

          @Override
          public Forecast predict(MetricView view) {
            return view.max(USAGE) > 0.9
                ? Forecast.failure(FailureKind.CACHE_OVERFLOW, 0.8)
                : Forecast.none();
          }
        };

    Rehearsal receipt =
        desk(RehearsalPolicy.defaults())
            .onDemand(
                new Candidate(new Rule(RehearsalDeskTest::full), List.of()).with(predictor),
                List.of(TARGET),
                START,
                NOW,
                false);

    RehearsedExtension trial = receipt.trials().get(1);
    assertThat(trial.kind()).isEqualTo("predictor");
    assertThat(trial.failureKind()).isEqualTo(FailureKind.CACHE_OVERFLOW);
    assertThat(trial.verdicts())
        .containsEntry("failure", 12L)
        .containsEntry("none", 696L)
        .containsEntry("unknown", 12L);
    assertThat(trial.firings()).isEqualTo(1);
    assertThat(receipt.generation()).as("not installed").isZero();
  }

  private record Rule(Function<MetricView, Verdict> rule) implements Guardrail {
    @Override
    public String id() {
      return "rule";
    }

    @Override
    public GuardrailSpec spec() {
      return GuardrailSpec.of(Severity.ERROR, FailureKind.CACHE_OVERFLOW, "full");
    }

    @Override
    public Verdict check(MetricView view) {
      return rule.apply(view);
    }
  }

  /** Notes what its clock says at each call, where somebody wants to know. */
  private static final class Candidate implements CandidateUnit {
    private final Rule rule;
    private final List<Instant> seen;
    private final List<FailurePredictor> predictors = new ArrayList<>();

    Candidate(Rule rule, List<Instant> seen) {
      this.rule = rule;
      this.seen = seen;
    }

    Candidate with(FailurePredictor predictor) {
      predictors.add(predictor);
      return this;
    }

    @Override
    public CodeGeneration generation() {
      return new CodeGeneration(
          "unit",
          CodeKind.SOURCE,
          "1.0.0",
          2,
          "hash",
          "",
          "Rule.java",
          CodeStatus.ACTIVE,
          "new content",
          NOW);
    }

    @Override
    public Optional<CodeGeneration> predecessor() {
      return Optional.empty();
    }

    @Override
    public List<Target> targets() {
      return List.of(TARGET);
    }

    @Override
    public Trial trial(Target target, InstantSource clock, boolean restored) {
      return new Trial() {
        @Override
        public List<Guardrail> guardrails() {
          return List.of(
              new Rule(
                  view -> {
                    if (seen instanceof ArrayList) {
                      seen.add(clock.instant());
                    }
                    return rule.check(view);
                  }));
        }

        @Override
        public List<FailurePredictor> predictors() {
          return predictors;
        }

        @Override
        public void close() {}
      };
    }
  }
}
