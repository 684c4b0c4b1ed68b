package io.vllmmonitor.core.plugin;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.code.CodeTransition;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.extension.StateSnapshot;
import io.vllmmonitor.api.guardrail.FiringStatus;
import io.vllmmonitor.api.guardrail.GuardrailFiring;
import io.vllmmonitor.api.history.AuditAction;
import io.vllmmonitor.api.history.AuditEntry;
import io.vllmmonitor.api.history.History;
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
import io.vllmmonitor.api.rehearsal.Rehearsal;
import io.vllmmonitor.api.rehearsal.StateVersion;
import io.vllmmonitor.api.rehearsal.VerdictRecord;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.target.TargetId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Remembers generations, states and problems in memory; a failing store on demand. */
final class MemoryHistory implements Recorder, History {
  private final Map<String, CodeGeneration> generations = new LinkedHashMap<>();
  private final Map<String, StateSnapshot> states = new LinkedHashMap<>();
  private final List<CodeGeneration> written = new ArrayList<>();
  private final List<CodeTransition> transitions = new ArrayList<>();
  private boolean full;

  synchronized void full(boolean value) {
    full = value;
  }

  /** Every row of a generation in the order of writing. */
  synchronized List<String> rows(String unit) {
    return written.stream()
        .filter(row -> row.unit().equals(unit))
        .map(row -> row.generation() + " " + row.status())
        .toList();
  }

  @Override
  public synchronized void write(Consumer<Entries> entries) {
    if (full) {
      throw new MonitorException(ErrorCode.STORE_FULL, Blame.ENVIRONMENT, "The disk is full");
    }
    entries.accept(new Taking());
  }

  @Override
  public synchronized List<CodeGeneration> generations(@Nullable String unit) {
    return generations.values().stream()
        .filter(row -> unit == null || row.unit().equals(unit))
        .sorted(Comparator.comparing(CodeGeneration::at).reversed())
        .toList();
  }

  @Override
  public synchronized Optional<StateSnapshot> state(
      String extension, String unit, @Nullable TargetId target) {
    return Optional.ofNullable(states.get(extension + "|" + unit + "|" + target));
  }

  synchronized void put(StateSnapshot snapshot) {
    states.put(snapshot.extension() + "|" + snapshot.unit() + "|" + snapshot.target(), snapshot);
  }

  @Override
  public List<SeriesData> metrics(
      SeriesSelector selector, Instant from, Instant to, int maxSamples) {
    return List.of();
  }

  @Override
  public Page<StateCheckpoint> checkpoints(HistoryQuery query, @Nullable LifecycleState state) {
    return new Page<>(List.of(), null);
  }

  @Override
  public Optional<StateCheckpoint> latestCheckpoint(TargetId target) {
    return Optional.empty();
  }

  @Override
  public Page<GuardrailFiring> firings(
      HistoryQuery query, @Nullable String guardrail, @Nullable FiringStatus status) {
    return new Page<>(List.of(), null);
  }

  @Override
  public Page<Incident> incidents(HistoryQuery query, @Nullable IncidentStatus status) {
    return new Page<>(List.of(), null);
  }

  @Override
  public Optional<Incident> incident(String id) {
    return Optional.empty();
  }

  @Override
  public Page<MitigationAttempt> attempts(
      HistoryQuery query,
      @Nullable String strategy,
      @Nullable AttemptStatus status,
      @Nullable MitigationOutcome outcome) {
    return new Page<>(List.of(), null);
  }

  @Override
  public Page<LearningEvent> learningEvents(
      HistoryQuery query,
      @Nullable String situation,
      @Nullable String strategy,
      @Nullable MitigationOutcome outcome) {
    return new Page<>(List.of(), null);
  }

  @Override
  public Page<FailurePrediction> predictions(
      HistoryQuery query, @Nullable FailureKind failureType, double minProbability) {
    return new Page<>(List.of(), null);
  }

  @Override
  public Page<HappyPath> happyPaths(
      HistoryQuery query,
      @Nullable String name,
      @Nullable LifecycleState startState,
      @Nullable LifecycleState endState) {
    return new Page<>(List.of(), null);
  }

  @Override
  public synchronized Page<CodeTransition> transitions(HistoryQuery query, @Nullable String unit) {
    List<CodeTransition> found = new ArrayList<>();
    for (CodeTransition step : transitions) {
      if (unit == null || step.unit().equals(unit)) {
        found.add(0, step);
      }
    }
    int to = Math.min(query.limit(), found.size());
    return new Page<>(List.copyOf(found.subList(0, to)), null);
  }

  /** Every step of a unit, oldest first, as {@code generation FROM TO}. */
  synchronized List<String> steps(String unit) {
    return transitions.stream()
        .filter(step -> step.unit().equals(unit))
        .map(step -> step.generation() + " " + step.from() + " " + step.to())
        .toList();
  }

  @Override
  public Page<AuditEntry> audit(
      HistoryQuery query,
      @Nullable AuditAction action,
      @Nullable String actor,
      @Nullable String subject,
      AuditEntry.@Nullable Result result) {
    return new Page<>(List.of(), null);
  }

  @Override
  public Page<Problem> problems(HistoryQuery query) {
    return new Page<>(List.of(), null);
  }

  @Override
  public Page<Rehearsal> rehearsals(HistoryQuery query, @Nullable String unit) {
    return new Page<>(List.of(), null);
  }

  @Override
  public Page<VerdictRecord> verdicts(HistoryQuery query, @Nullable String guardrail) {
    return new Page<>(List.of(), null);
  }

  @Override
  public Optional<StateVersion> stateVersion(String hash) {
    return Optional.empty();
  }

  @Override
  public Optional<RestoreReport> latestRestoreReport() {
    return Optional.empty();
  }

  /** Keeps what the platform writes and forgets the rest. */
  private final class Taking implements Entries {
    @Override
    public void checkpoint(StateCheckpoint checkpoint) {}

    @Override
    public void firing(GuardrailFiring firing) {}

    @Override
    public void incident(Incident incident) {}

    @Override
    public void attempt(MitigationAttempt attempt) {}

    @Override
    public void learning(LearningEvent event) {}

    @Override
    public void generation(CodeGeneration generation) {
      generations.put(generation.unit() + "|" + generation.generation(), generation);
      written.add(generation);
    }

    @Override
    public void state(StateSnapshot snapshot) {
      put(snapshot);
    }

    @Override
    public void problem(Problem problem) {}

    @Override
    public void rehearsal(Rehearsal rehearsal) {}

    @Override
    public void verdict(VerdictRecord verdict) {}

    @Override
    public void stateVersion(StateVersion version) {}

    @Override
    public void restoreReport(RestoreReport report) {}

    @Override
    public void prediction(FailurePrediction prediction) {}

    @Override
    public void happyPath(HappyPath path) {}

    @Override
    public void audit(AuditEntry entry) {}

    @Override
    public void transition(CodeTransition transition) {
      transitions.add(transition);
    }
  }
}
