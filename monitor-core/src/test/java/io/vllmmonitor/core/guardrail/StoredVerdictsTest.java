package io.vllmmonitor.core.guardrail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.extension.StateWriter;
import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.api.guardrail.GuardrailSpec;
import io.vllmmonitor.api.guardrail.Severity;
import io.vllmmonitor.api.guardrail.Verdict;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.rehearsal.StateVersion;
import io.vllmmonitor.api.rehearsal.VerdictKind;
import io.vllmmonitor.api.rehearsal.VerdictRecord;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.api.target.TargetMode;
import io.vllmmonitor.api.view.MetricView;
import io.vllmmonitor.core.extension.Bound;
import io.vllmmonitor.core.extension.Evaluation;
import io.vllmmonitor.core.extension.UnitConfiguration;
import io.vllmmonitor.core.identity.TimeOrderedIds;
import io.vllmmonitor.core.incident.IncidentBook;
import io.vllmmonitor.core.telemetry.Problems;
import io.vllmmonitor.core.testing.FakeExtensions;
import io.vllmmonitor.core.testing.FakeViews;
import io.vllmmonitor.core.testing.MemoryHistory;
import io.vllmmonitor.testkit.time.ManualClock;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Which verdicts are kept for replay, with what, and in which transaction. */
class StoredVerdictsTest {
  private static final String USAGE = "usage";
  private static final Instant START = Instant.parse("2026-11-25T12:00:00Z");
  private static final Target TARGET =
      Target.of(URI.create("http://127.0.0.1:8000"), TargetMode.ADVISE, Duration.ofSeconds(5));

  private final ManualClock clock = new ManualClock(START);
  private final MemoryHistory history = new MemoryHistory();
  private final FakeExtensions extensions = new FakeExtensions();
  private final FakeViews views = new FakeViews(TARGET.id());
  private final TimeOrderedIds ids = new TimeOrderedIds(clock, new Random(1));
  private final Problems problems = new Problems(clock, history);
  private final GuardrailRunner runner =
      new GuardrailRunner(
          TARGET,
          extensions,
          new IncidentBook(TARGET.id(), history, history, ids, clock),
          history,
          history,
          problems,
          ids,
          clock);

  /** Counts what it was asked; the count is its state. */
  private static class Counting implements Guardrail {
    private long asked;

    @Override
    public String id() {
      return "kv";
    }

    @Override
    public GuardrailSpec spec() {
      return GuardrailSpec.of(Severity.ERROR, FailureKind.CACHE_OVERFLOW, "full")
          .withBreachForSeconds(10);
    }

    @Override
    public Verdict check(MetricView view) {
      asked++;
      return view.value(USAGE) > 0.9 ? Verdict.breach("full") : Verdict.pass();
    }

    @Override
    public void saveState(StateWriter state) {
      if (asked > 0) {
        state.integer("asked", asked);
      }
    }
  }

  private void guard(Guardrail guardrail) {
    extensions.guardrails.add(new Bound<>(guardrail, "unit", "hash1", false));
  }

  private void tick(double usage) {
    clock.advance(Duration.ofSeconds(5));
    views.put(clock.instant(), USAGE, usage);
    List<FiringChange> unused = runner.evaluate(views, clock.instant());
  }

  private List<VerdictKind> kinds() {
    return history.verdicts().stream().map(VerdictRecord::kind).toList();
  }

  @Test
  void aChangeOfKindWaitsForTheNextStates() {
    guard(new Counting());
    tick(0.1);
    tick(0.2);
    views.drop(USAGE);
    clock.advance(Duration.ofSeconds(5));
    List<FiringChange> unused = runner.evaluate(views, clock.instant());
    assertThat(history.verdicts()).as("no transaction for a mere change").isEmpty();

    runner.saveState();

    assertThat(kinds()).containsExactly(VerdictKind.PASS, VerdictKind.UNKNOWN);
    VerdictRecord first = history.verdicts().get(0);
    assertThat(first.at()).isEqualTo(START.plusSeconds(5));
    assertThat(first.stateHash()).as("it had no state before the first call").isEmpty();
    assertThat(first.codeHash()).isEqualTo("hash1");
    assertThat(first.scrapeInterval()).isEqualTo(Duration.ofSeconds(5));
    VerdictRecord second = history.verdicts().get(1);
    assertThat(second.reason()).isEqualTo(USAGE);
    assertThat(second.evaluations()).isEqualTo(3);
    assertThat(history.stateVersion(String.valueOf(second.stateHash())).orElseThrow().fields())
        .as("what it knew before the third call")
        .contains("\"2\"");
  }

  @Test
  void aFiringTakesTheVerdictsAlongInItsTransaction() {
    guard(new Counting());
    AtomicInteger together = new AtomicInteger();
    history.afterWrite(
        draft -> {
          if (!draft.firings.isEmpty() && !draft.verdicts.isEmpty()) {
            together.incrementAndGet();
          }
        });
    tick(0.99);
    tick(0.99);
    tick(0.99);

    assertThat(history.firings()).hasSize(1);
    assertThat(together).hasValue(1);
    assertThat(history.verdicts())
        .extracting(VerdictRecord::at)
        .as("the first breach and the one that fires")
        .contains(START.plusSeconds(5), history.firings().get(0).firedAt());
    assertThat(history.verdicts()).noneMatch(VerdictRecord::firing);
  }

  @Test
  void theFirstOfEveryTenMinutesIsKeptWithoutAnyChange() {
    guard(new Counting());
    for (int i = 0; i < 360; i++) {
      tick(0.1);
    }
    runner.saveState();

    assertThat(history.verdicts())
        .extracting(VerdictRecord::at)
        .containsExactly(
            START.plusSeconds(5),
            START.plusSeconds(600),
            START.plusSeconds(1_200),
            START.plusSeconds(1_800));
  }

  @Test
  void aStateThatCannotBeReadIsAskedForOnceAndSaysSo() {
    AtomicInteger asked = new AtomicInteger();
    guard(
        new Counting() {
          @Override
          public void saveState(StateWriter state) {
            asked.incrementAndGet();
            throw new IllegalStateException("no");
          }
        });
    tick(0.1);
    tick(0.99);
    runner.saveState();

    assertThat(asked).hasValue(1);
    assertThat(history.verdicts()).allSatisfy(one -> assertThat(one.stateHash()).isNull());
    assertThat(kinds()).containsExactly(VerdictKind.PASS, VerdictKind.BREACH);
  }

  @Test
  void whatTheStoreRefusedIsWrittenOnceItTakesItAgain() {
    guard(new Counting());
    history.refuse(draft -> !draft.verdicts.isEmpty());
    tick(0.99);
    tick(0.99);
    tick(0.99);
    assertThat(history.firings()).isEmpty();
    history.refuse(draft -> false);
    tick(0.99);

    assertThat(history.firings()).hasSize(1);
    assertThat(history.verdicts())
        .extracting(VerdictRecord::at)
        .contains(START.plusSeconds(5), START.plusSeconds(20));
    assertThatCode(runner::saveState).doesNotThrowAnyException();
    assertThat(history.verdicts()).as("nothing is written twice").doesNotHaveDuplicates();
  }

  private void guardWith(UnitConfiguration configuration) {
    extensions.guardrails.clear();
    extensions.guardrails.add(
        new Bound<>(new Counting(), "unit", "hash1", false, false, configuration));
  }

  @Test
  void theSeedIsThatOfTheEvaluation() {
    guard(new Counting());
    tick(0.1);
    runner.saveState();

    VerdictRecord first = history.verdicts().get(0);
    assertThat(first.seed())
        .isEqualTo(Evaluation.of("hash1", "kv", TARGET.id(), first.at()).seed());
    assertThat(first.configHash()).as("nothing is configured").isEmpty();
  }

  @Test
  void aConfigurationIsWrittenOnceAnHourAndOutlastsTheVerdictsThatNameIt() {
    AtomicInteger written = new AtomicInteger();
    UnitConfiguration one = UnitConfiguration.of(Settings.of(Map.of("limit", "0.9")));
    UnitConfiguration other = UnitConfiguration.of(Settings.of(Map.of("limit", "0.8")));
    history.afterWrite(
        draft ->
            draft.stateVersions.stream()
                .filter(version -> version.hash().equals(one.hash()))
                .forEach(version -> written.incrementAndGet()));
    guardWith(one);
    for (int i = 0; i < 710; i++) { // just less than an hour
      tick(0.1);
      if (i % 6 == 0) {
        runner.saveState();
      }
    }
    assertThat(history.verdicts()).hasSizeGreaterThan(4);
    assertThat(written).hasValue(1);
    for (int i = 0; i < 240; i++) {
      tick(0.1);
    }
    runner.saveState();
    assertThat(written).hasValue(2);
    guardWith(other);
    tick(0.99);
    runner.saveState();

    assertThat(history.stateVersion(other.hash()).orElseThrow().fields())
        .isEqualTo("{\"limit\":\"0.8\"}");
    for (VerdictRecord verdict : history.verdicts()) {
      StateVersion named = history.stateVersion(String.valueOf(verdict.configHash())).orElseThrow();
      assertThat(named.at()).isAfterOrEqualTo(verdict.at());
    }
  }

  @Test
  void aConfigurationThatTheStoreRefusedIsWrittenWithTheNextTransaction() {
    UnitConfiguration one = UnitConfiguration.of(Settings.of(Map.of("limit", "0.9")));
    guardWith(one);
    history.refuse(draft -> !draft.verdicts.isEmpty());
    tick(0.1);
    assertThatThrownBy(runner::saveState).isInstanceOf(MonitorException.class);
    history.refuse(draft -> false);
    runner.saveState();
    assertThat(history.stateVersion(one.hash())).isPresent();
  }
}
