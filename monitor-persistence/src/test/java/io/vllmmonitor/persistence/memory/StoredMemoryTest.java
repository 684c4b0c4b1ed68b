package io.vllmmonitor.persistence.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.code.CodeKind;
import io.vllmmonitor.api.code.CodeStatus;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.extension.StateSnapshot;
import io.vllmmonitor.api.guardrail.FiringStatus;
import io.vllmmonitor.api.guardrail.GuardrailFiring;
import io.vllmmonitor.api.guardrail.Severity;
import io.vllmmonitor.api.history.AuditEntry;
import io.vllmmonitor.api.history.HistoryQuery;
import io.vllmmonitor.api.history.Page;
import io.vllmmonitor.api.history.Problem;
import io.vllmmonitor.api.history.Recorder;
import io.vllmmonitor.api.history.RestoreReport;
import io.vllmmonitor.api.incident.Incident;
import io.vllmmonitor.api.incident.IncidentStatus;
import io.vllmmonitor.api.learning.LearningEvent;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.lifecycle.LifecycleState;
import io.vllmmonitor.api.lifecycle.StateCheckpoint;
import io.vllmmonitor.api.mitigation.AttemptStatus;
import io.vllmmonitor.api.mitigation.MitigationAttempt;
import io.vllmmonitor.api.outcome.HappyPath;
import io.vllmmonitor.api.outcome.MitigationOutcome;
import io.vllmmonitor.api.prediction.FailurePrediction;
import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.StoredRecord;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.testkit.store.InMemoryRecordStore;
import io.vllmmonitor.testkit.store.InMemorySeriesStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StoredMemoryTest {
  private static final Instant START = Instant.parse("2026-11-25T00:00:00Z");
  private static final TargetId A = new TargetId("a:8000");
  private static final TargetId B = new TargetId("b:8000/prefix");

  private final InMemoryRecordStore records = new InMemoryRecordStore();
  private final StoredMemory memory =
      new StoredMemory(new InMemorySeriesStore(() -> START), records, new MetricCatalog());

  @Test
  void everythingOfOneTransactionComesBack() {
    RandomEntities random = new RandomEntities(7);
    StateCheckpoint checkpoint = random.make(StateCheckpoint.class);
    GuardrailFiring firing = random.make(GuardrailFiring.class);
    Incident incident = random.make(Incident.class);
    MitigationAttempt attempt = random.make(MitigationAttempt.class);
    LearningEvent event = random.make(LearningEvent.class);
    CodeGeneration generation = random.make(CodeGeneration.class);
    StateSnapshot snapshot = random.make(StateSnapshot.class);
    Problem problem = random.make(Problem.class);
    RestoreReport report = random.make(RestoreReport.class);
    FailurePrediction prediction = random.make(FailurePrediction.class);
    HappyPath path = random.make(HappyPath.class);
    AuditEntry audit = random.make(AuditEntry.class);

    memory.write(
        entries -> {
          entries.checkpoint(checkpoint);
          entries.firing(firing);
          entries.incident(incident);
          entries.attempt(attempt);
          entries.learning(event);
          entries.generation(generation);
          entries.state(snapshot);
          entries.problem(problem);
          entries.restoreReport(report);
          entries.prediction(prediction);
          entries.happyPath(path);
          entries.audit(audit);
        });

    HistoryQuery all = HistoryQuery.newest();
    assertThat(memory.checkpoints(all, null).items()).containsExactly(checkpoint);
    assertThat(memory.latestCheckpoint(checkpoint.target())).contains(checkpoint);
    assertThat(memory.firings(all, null, null).items()).containsExactly(firing);
    assertThat(memory.incidents(all, null).items()).containsExactly(incident);
    assertThat(memory.incident(incident.id())).contains(incident);
    assertThat(memory.attempts(all, null, null, null).items()).containsExactly(attempt);
    assertThat(memory.learningEvents(all).items()).containsExactly(event);
    assertThat(memory.generations(null)).containsExactly(generation);
    assertThat(memory.state(snapshot.extension(), snapshot.unit(), snapshot.target()))
        .contains(snapshot);
    assertThat(memory.problems(all).items()).containsExactly(problem);
    assertThat(memory.latestRestoreReport()).contains(report);
    assertThat(memory.predictions(all, null, 0).items()).containsExactly(prediction);
    assertThat(memory.happyPaths(all, null, null, null).items()).containsExactly(path);
    assertThat(memory.audit(all, null, null, null, null).items()).containsExactly(audit);
  }

  @Test
  void anEmptyMemoryAnswersNothing() {
    assertThat(memory.latestCheckpoint(A)).isEmpty();
    assertThat(memory.incident("none")).isEmpty();
    assertThat(memory.state("x", "y", null)).isEmpty();
    assertThat(memory.latestRestoreReport()).isEmpty();
    assertThat(memory.generations("x")).isEmpty();
    assertThat(memory.problems(HistoryQuery.newest())).isEqualTo(new Page<>(List.of(), null));
  }

  @Test
  void aTransactionThatThrowsLeavesNothing() {
    assertThatThrownBy(
            () ->
                memory.write(
                    entries -> {
                      entries.incident(incident("i1", A, 0));
                      throw new IllegalStateException("on the way");
                    }))
        .hasMessage("on the way");
    assertThat(records.count(RecordKind.INCIDENTS)).isZero();
  }

  @Test
  void entriesAreUselessAfterTheirTransaction() {
    List<Recorder.Entries> kept = new ArrayList<>();
    memory.write(kept::add);
    assertThatThrownBy(() -> kept.get(0).incident(incident("i1", A, 0)))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void theLastVersionInATransactionCounts() {
    Incident open = incident("i1", A, 0);
    Incident closed = open.closed(START.plusSeconds(9));
    memory.write(
        entries -> {
          entries.incident(open);
          entries.incident(closed);
        });
    assertThat(memory.incidents(HistoryQuery.newest(), null).items()).containsExactly(closed);
  }

  @Test
  void aNewVersionReplacesTheOlderOneAndItsFilters() {
    memory.write(entries -> entries.incident(incident("i1", A, 0)));
    Incident closed = incident("i1", A, 0).closed(START.plusSeconds(9));
    memory.write(entries -> entries.incident(closed));

    assertThat(memory.incidents(HistoryQuery.newest(), IncidentStatus.OPEN).items()).isEmpty();
    assertThat(memory.incidents(HistoryQuery.newest(), IncidentStatus.CLOSED).items())
        .containsExactly(closed);
  }

  @Test
  void pagesLeadThroughEverythingNewestFirst() {
    for (int i = 0; i < 25; i++) {
      int second = i;
      memory.write(entries -> entries.incident(incident("i" + second, A, second)));
      memory.write(entries -> entries.incident(incident("other" + second, B, second)));
    }
    List<String> seen = new ArrayList<>();
    String cursor = null;
    do {
      Page<Incident> page =
          memory.incidents(HistoryQuery.newestOf(A).withLimit(10).after(cursor), null);
      page.items().forEach(incident -> seen.add(incident.id()));
      cursor = page.next();
    } while (cursor != null);
    assertThat(seen).hasSize(25).doesNotHaveDuplicates().startsWith("i24", "i23").endsWith("i0");
  }

  @Test
  void theEndsOfASpanKeepTheirMillisecond() {
    memory.write(entries -> entries.incident(incidentAt("i1", START.plusMillis(5).plusNanos(700))));
    assertThat(found(START.plusMillis(5).plusNanos(700), null)).containsExactly("i1");
    assertThat(found(START.plusMillis(6), null)).isEmpty();
    assertThat(found(null, START.plusMillis(5))).isEmpty();
    assertThat(found(null, START.plusMillis(5).plusNanos(800))).containsExactly("i1");
  }

  private List<String> found(@Nullable Instant from, @Nullable Instant to) {
    return memory.incidents(HistoryQuery.newest().between(from, to), null).items().stream()
        .map(Incident::id)
        .toList();
  }

  @Test
  void filtersOfAttemptsAndFirings() {
    RandomEntities random = new RandomEntities(3);
    for (int i = 0; i < 200; i++) {
      MitigationAttempt attempt = random.make(MitigationAttempt.class);
      GuardrailFiring firing = random.make(GuardrailFiring.class);
      memory.write(
          entries -> {
            entries.attempt(attempt);
            entries.firing(firing);
          });
    }
    HistoryQuery all = HistoryQuery.newest().withLimit(1_000);
    List<MitigationAttempt> attempts = memory.attempts(all, null, null, null).items();
    MitigationAttempt one = attempts.get(0);
    assertThat(memory.attempts(all, one.strategy(), one.status(), one.outcome()).items())
        .contains(one)
        .allMatch(attempt -> attempt.status() == one.status());
    assertThat(memory.attempts(all, null, AttemptStatus.ADVISED, null).items())
        .containsExactlyElementsOf(
            attempts.stream().filter(a -> a.status() == AttemptStatus.ADVISED).toList());
    assertThat(memory.attempts(all, null, null, MitigationOutcome.SUCCESS).items())
        .containsExactlyElementsOf(
            attempts.stream().filter(a -> a.outcome() == MitigationOutcome.SUCCESS).toList());

    List<GuardrailFiring> firings = memory.firings(all, null, null).items();
    assertThat(memory.firings(all, null, FiringStatus.CLEARED).items())
        .containsExactlyElementsOf(
            firings.stream().filter(f -> f.status() == FiringStatus.CLEARED).toList());
    assertThat(memory.firings(all, firings.get(0).guardrail(), null).items())
        .contains(firings.get(0));
  }

  @Test
  void checkpointsAreFoundByStateAndTheLatestPerTarget() {
    RandomEntities random = new RandomEntities(5);
    List<StateCheckpoint> made = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      StateCheckpoint checkpoint = random.make(StateCheckpoint.class);
      made.add(checkpoint);
      memory.write(entries -> entries.checkpoint(checkpoint));
    }
    assertThat(memory.checkpoints(HistoryQuery.newest(), LifecycleState.READY).items())
        .containsExactlyInAnyOrderElementsOf(
            made.stream().filter(c -> c.state() == LifecycleState.READY).toList());
    TargetId target = made.get(0).target();
    assertThat(memory.latestCheckpoint(target).orElseThrow().at())
        .isEqualTo(
            made.stream()
                .filter(c -> c.target().equals(target))
                .map(StateCheckpoint::at)
                .max(Instant::compareTo)
                .orElseThrow());
  }

  @Test
  void generationsOfAUnitComeByTheirNumber() {
    memory.write(
        entries -> {
          entries.generation(generation("kv", 1, CodeStatus.ACTIVE, 0));
          entries.generation(generation("kv", 2, CodeStatus.ACTIVE, 10));
          entries.generation(generation("kv", 1, CodeStatus.REMOVED, 11));
          entries.generation(generation("other", 1, CodeStatus.ACTIVE, 5));
        });
    assertThat(memory.generations("kv"))
        .extracting(CodeGeneration::generation)
        .containsExactly(2, 1);
    assertThat(memory.generations("kv").get(1).status()).isEqualTo(CodeStatus.REMOVED);
    assertThat(memory.generations(null))
        .extracting(found -> found.unit() + found.generation())
        .containsExactly("kv2", "kv1", "other1");
  }

  @Test
  void moreGenerationsThanOnePageAllCome() {
    memory.write(
        entries -> {
          for (int i = 1; i <= 2_500; i++) {
            entries.generation(generation("kv", i, CodeStatus.REMOVED, i));
          }
        });
    assertThat(memory.generations("kv"))
        .hasSize(2_500)
        .first()
        .extracting("generation")
        .isEqualTo(2_500);
  }

  @Test
  void stateIsKeptPerExtensionUnitAndTarget() {
    memory.write(
        entries -> {
          entries.state(snapshot(A, "first"));
          entries.state(snapshot(B, "other"));
          entries.state(snapshot(null, "daemon"));
        });
    memory.write(entries -> entries.state(snapshot(A, "second")));
    assertThat(memory.state("ext", "unit", A)).map(StateSnapshot::fields).contains("second");
    assertThat(memory.state("ext", "unit", B)).map(StateSnapshot::fields).contains("other");
    assertThat(memory.state("ext", "unit", null)).map(StateSnapshot::fields).contains("daemon");
    assertThat(memory.state("ext", "elsewhere", A)).isEmpty();
  }

  @Test
  void theSameProblemIsOneWithItsNewCount() {
    memory.write(entries -> entries.problem(problem("a.jar", 1, 0)));
    memory.write(entries -> entries.problem(problem("b.jar", 1, 1)));
    memory.write(entries -> entries.problem(problem("a.jar", 2, 2)));
    memory.write(entries -> entries.problem(problem(A.instance(), 1, 3)));
    assertThat(memory.problems(HistoryQuery.newest()).items())
        .extracting(problem -> problem.subject() + " " + problem.count())
        .containsExactly("a:8000 1", "a.jar 2", "b.jar 1");
    assertThat(memory.problems(HistoryQuery.newestOf(A)).items())
        .extracting(Problem::subject)
        .containsExactly(A.instance());
  }

  @Test
  void theNewestRestoreReportIsTheLatest() {
    for (int i : new int[] {1, 3, 2}) {
      memory.write(
          entries ->
              entries.restoreReport(new RestoreReport(START.plusSeconds(i), null, List.of())));
    }
    assertThat(memory.latestRestoreReport()).map(RestoreReport::at).contains(START.plusSeconds(3));
    assertThat(records.count(RecordKind.RESTORE_REPORTS)).isEqualTo(3);
  }

  @Test
  void aRowThatIsNoEntityIsNamed() {
    records.write(
        List.of(
            new StoredRecord(
                RecordKind.INCIDENTS, "i9", START, "a:8000", Map.of(), "{\"id\":\"i9\"}")));
    assertThatThrownBy(() -> memory.incidents(HistoryQuery.newest(), null))
        .isInstanceOfSatisfying(
            MonitorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORE_DAMAGED))
        .hasMessageContaining("i9")
        .hasMessageContaining("incidents");
  }

  @Test
  void aForeignCursorIsRefused() {
    assertThatThrownBy(() -> memory.incidents(HistoryQuery.newest().after("nonsense"), null))
        .isInstanceOfSatisfying(
            MonitorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CURSOR_INVALID));
  }

  private static Incident incident(String id, TargetId target, int second) {
    return new Incident(
        id,
        target,
        FailureKind.CACHE_OVERFLOW,
        IncidentStatus.OPEN,
        Severity.ERROR,
        "full",
        START.plusSeconds(second),
        null,
        List.of("f1"));
  }

  private static Incident incidentAt(String id, Instant at) {
    return new Incident(
        id,
        A,
        FailureKind.CACHE_OVERFLOW,
        IncidentStatus.OPEN,
        Severity.ERROR,
        "full",
        at,
        null,
        List.of());
  }

  private static CodeGeneration generation(String unit, int number, CodeStatus status, int second) {
    return new CodeGeneration(
        unit,
        CodeKind.SOURCE,
        "1.0.0",
        number,
        "ab",
        "",
        "Kv.java",
        status,
        "",
        START.plusSeconds(second));
  }

  private static StateSnapshot snapshot(@Nullable TargetId target, String fields) {
    return new StateSnapshot("ext", target, "unit", "ab", 1, START, fields);
  }

  private static Problem problem(String subject, long count, int second) {
    return new Problem(
        ErrorCode.PLUGIN_MANIFEST,
        Blame.PLUGIN,
        subject,
        "no id",
        count,
        START,
        START.plusSeconds(second));
  }
}
