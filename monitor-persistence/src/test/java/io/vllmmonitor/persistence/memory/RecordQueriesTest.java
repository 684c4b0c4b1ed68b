package io.vllmmonitor.persistence.memory;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.code.CodeTransition;
import io.vllmmonitor.api.code.LifePhase;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.history.AuditAction;
import io.vllmmonitor.api.history.AuditEntry;
import io.vllmmonitor.api.history.HistoryQuery;
import io.vllmmonitor.api.history.Page;
import io.vllmmonitor.api.learning.LearningEvent;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.lifecycle.LifecycleState;
import io.vllmmonitor.api.outcome.HappyPath;
import io.vllmmonitor.api.outcome.MitigationOutcome;
import io.vllmmonitor.api.prediction.ActualOutcome;
import io.vllmmonitor.api.prediction.FailurePrediction;
import io.vllmmonitor.api.prediction.PredictionConfidence;
import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.persistence.engine.OpenStores;
import io.vllmmonitor.testkit.time.ManualClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Predictions, happy paths, learning data and the audit, on a real file. */
class RecordQueriesTest {
  private static final Instant START = Instant.parse("2026-11-25T00:00:00Z");
  private static final TargetId A = new TargetId("a:8000");
  private static final TargetId B = new TargetId("b:8000");

  @TempDir Path folder;
  private @Nullable OpenStores stores;
  private @Nullable StoredMemory memory;

  @BeforeEach
  void open() {
    OpenStores opened = OpenStores.in(folder, ManualClock.at("2026-11-25T12:00:00Z"));
    stores = opened;
    memory =
        new StoredMemory(opened.engine().series(), opened.engine().records(), new MetricCatalog());
  }

  @AfterEach
  void close() {
    if (stores != null) {
      stores.close();
    }
  }

  private StoredMemory memory() {
    return requireNonNull(memory);
  }

  private static FailurePrediction prediction(int number, FailureKind kind, double probability) {
    return new FailurePrediction(
        "p%03d".formatted(number),
        number % 2 == 0 ? A : B,
        START.plusSeconds(number),
        LifecycleState.SERVING,
        LifecycleState.ERROR,
        kind,
        Duration.ofSeconds(90),
        Duration.ofSeconds(60),
        Duration.ofSeconds(300),
        probability,
        PredictionConfidence.of(probability),
        List.of("the queue grows"),
        List.of("pause-and-drain"),
        "trend",
        3,
        null);
  }

  private static List<String> ids(Page<FailurePrediction> page) {
    return page.items().stream().map(FailurePrediction::id).toList();
  }

  @Test
  void predictionsAreFilteredByTypeProbabilityTimeAndTarget() {
    memory()
        .write(
            entries -> {
              for (int i = 0; i < 200; i++) {
                FailureKind kind = i < 100 ? FailureKind.CUDA_OOM : FailureKind.CACHE_OVERFLOW;
                entries.prediction(prediction(i, kind, (i % 10) / 10.0));
              }
            });
    HistoryQuery all = HistoryQuery.newest().withLimit(1_000);
    assertThat(memory().predictions(all, null, 0).items()).hasSize(200);
    assertThat(memory().predictions(all, FailureKind.CUDA_OOM, 0).items()).hasSize(100);
    assertThat(memory().predictions(all, null, 0.8).items()).hasSize(40);
    assertThat(memory().predictions(all.withTarget(A), null, 0.8).items()).hasSize(20);
    assertThat(
            ids(
                memory()
                    .predictions(
                        all.between(START.plusSeconds(98), START.plusSeconds(110)), null, 0.8)))
        .containsExactly("p109", "p108", "p099", "p098");
    List<String> paged = new ArrayList<>();
    @Nullable String cursor = null;
    do {
      Page<FailurePrediction> page =
          memory().predictions(all.withLimit(3).after(cursor), FailureKind.CUDA_OOM, 0.9);
      paged.addAll(ids(page));
      cursor = page.next();
    } while (cursor != null);
    assertThat(paged)
        .containsExactly(
            "p099", "p089", "p079", "p069", "p059", "p049", "p039", "p029", "p019", "p009");
  }

  @Test
  void aResolvedPredictionReplacesTheOpenOne() {
    FailurePrediction open = prediction(1, FailureKind.CUDA_OOM, 0.9);
    FailurePrediction resolved =
        open.resolved(
            new ActualOutcome(
                ActualOutcome.Result.CAME_TRUE, START.plusSeconds(80), "i1", "it ran out"));
    memory().write(entries -> entries.prediction(open));
    memory().write(entries -> entries.prediction(resolved));
    assertThat(memory().predictions(HistoryQuery.newest(), null, 0).items())
        .containsExactly(resolved);
  }

  @Test
  void happyPathsAreFilteredByNameAndStates() {
    HappyPath drain = path("h1", "drain", LifecycleState.ERROR, 1);
    HappyPath restart = path("h2", "restart", LifecycleState.TERMINATED, 2);
    memory()
        .write(
            entries -> {
              entries.happyPath(drain);
              entries.happyPath(restart);
            });
    HistoryQuery all = HistoryQuery.newest();
    assertThat(memory().happyPaths(all, null, null, null).items()).containsExactly(restart, drain);
    assertThat(memory().happyPaths(all, "drain", null, null).items()).containsExactly(drain);
    assertThat(memory().happyPaths(all, null, LifecycleState.TERMINATED, null).items())
        .containsExactly(restart);
    assertThat(memory().happyPaths(all, null, null, LifecycleState.SERVING).items()).hasSize(2);
    assertThat(memory().happyPaths(all, null, null, LifecycleState.READY).items()).isEmpty();
    assertThat(memory().happyPaths(all.withTarget(B), null, null, null).items()).isEmpty();
  }

  @Test
  void stepsOfPluginsAreFilteredByTheirUnitAndComeBackWhole() {
    CodeTransition first = step("t1", "acme", LifePhase.RESTORED, LifePhase.ACTIVE, null, 1);
    CodeTransition other = step("t2", "other", LifePhase.DISCOVERED, LifePhase.STAGED, null, 2);
    CodeTransition last =
        step("t3", "acme", LifePhase.ACTIVE, LifePhase.DEGRADED, ErrorCode.PLUGIN_BREAKER_OPEN, 3);
    memory()
        .write(
            entries -> {
              entries.transition(first);
              entries.transition(other);
              entries.transition(last);
            });
    HistoryQuery all = HistoryQuery.newest();
    assertThat(memory().transitions(all, null).items()).containsExactly(last, other, first);
    assertThat(memory().transitions(all, "acme").items()).containsExactly(last, first);
    assertThat(memory().transitions(all.withLimit(1), "acme").next()).isNotNull();
    assertThat(memory().transitions(all, "nobody").items()).isEmpty();
  }

  private static CodeTransition step(
      String id, String unit, LifePhase from, LifePhase to, @Nullable ErrorCode code, int second) {
    return new CodeTransition(
        id, unit, 1, "ab".repeat(32), from, to, START.plusSeconds(second), code, "why");
  }

  private static HappyPath path(String id, String name, LifecycleState start, int second) {
    return new HappyPath(
        id,
        name,
        "",
        A,
        start,
        LifecycleState.SERVING,
        List.of("s"),
        List.of(new HappyPath.Step("s", "vllm.pause", Map.of("mode", "wait"))),
        List.of("c1"),
        List.of("a1"),
        List.of("i1"),
        List.of("g"),
        Map.of(),
        Duration.ofSeconds(40),
        1,
        0,
        START,
        START.plusSeconds(second));
  }

  @Test
  void learningDataIsFilteredBySituationStrategyAndOutcome() {
    LearningEvent good = new LearningEvent("a1", A, "x", "drain", MitigationOutcome.SUCCESS, START);
    LearningEvent bad =
        new LearningEvent("a2", B, "y", "drain", MitigationOutcome.FAILURE, START.plusSeconds(1));
    memory()
        .write(
            entries -> {
              entries.learning(good);
              entries.learning(bad);
            });
    HistoryQuery all = HistoryQuery.newest();
    assertThat(memory().learningEvents(all).items()).containsExactly(bad, good);
    assertThat(memory().learningEvents(all, "x", null, null).items()).containsExactly(good);
    assertThat(memory().learningEvents(all, null, "drain", null).items()).hasSize(2);
    assertThat(memory().learningEvents(all, null, null, MitigationOutcome.FAILURE).items())
        .containsExactly(bad);
    assertThat(memory().learningEvents(all.withTarget(A), null, null, null).items())
        .containsExactly(good);
  }

  @Test
  void theAuditIsFilteredByWhoWhatAndHowItEnded() {
    AuditEntry first = entry("e1", "cli:alice", AuditAction.BACKUP, AuditEntry.Result.DONE);
    AuditEntry second = entry("e2", "rest", AuditAction.IMPORT, AuditEntry.Result.FAILED);
    memory()
        .write(
            entries -> {
              entries.audit(first);
              entries.audit(second);
            });
    HistoryQuery all = HistoryQuery.newest();
    assertThat(memory().audit(all, null, null, null, null).items()).containsExactly(second, first);
    assertThat(memory().audit(all, AuditAction.BACKUP, null, null, null).items())
        .containsExactly(first);
    assertThat(memory().audit(all, null, "rest", null, null).items()).containsExactly(second);
    assertThat(memory().audit(all, null, null, "of e1", null).items()).containsExactly(first);
    assertThat(memory().audit(all, null, null, null, AuditEntry.Result.FAILED).items())
        .containsExactly(second);
  }

  private static AuditEntry entry(
      String id, String actor, AuditAction action, AuditEntry.Result result) {
    return new AuditEntry(id, START, actor, action, "of " + id, null, result, "", Map.of());
  }
}
