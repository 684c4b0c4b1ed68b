package io.vllmmonitor.daemon.web;

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
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A history in lists, newest first; pages by offset. Happy paths and audit entries that are
 * recorded come first in their lists.
 */
public final class FakeHistory implements History, Recorder {
  public final List<StateCheckpoint> checkpoints = new CopyOnWriteArrayList<>();
  public final List<GuardrailFiring> firings = new CopyOnWriteArrayList<>();
  public final List<Incident> incidents = new CopyOnWriteArrayList<>();
  public final List<MitigationAttempt> attempts = new CopyOnWriteArrayList<>();
  public final List<SeriesData> samples = new CopyOnWriteArrayList<>();
  public final List<LearningEvent> events = new CopyOnWriteArrayList<>();
  public final List<FailurePrediction> predictions = new CopyOnWriteArrayList<>();
  public final List<HappyPath> paths = new CopyOnWriteArrayList<>();
  public final List<Rehearsal> rehearsals = new CopyOnWriteArrayList<>();
  public final List<AuditEntry> audit = new CopyOnWriteArrayList<>();
  public final List<CodeTransition> transitions = new CopyOnWriteArrayList<>();

  /** How many damaged predictions every page of them has left out. */
  public volatile int passedOver;

  private static final TargetId NOBODY = new TargetId("nobody:1");

  public volatile @Nullable RestoreReport restoreReport;

  /** Called before every read of checkpoints. */
  public volatile Runnable beforeCheckpoints = () -> {};

  @Override
  public List<SeriesData> metrics(
      SeriesSelector selector, Instant from, Instant to, int maxSamples) {
    List<SeriesData> found =
        samples.stream()
            .filter(data -> selector.compile(pattern -> value -> true).test(data.series()))
            .toList();
    if (found.stream().mapToInt(SeriesData::size).sum() > maxSamples) {
      throw new MonitorException(
          ErrorCode.QUERY_TOO_LARGE, Blame.OPERATOR, "more than " + maxSamples + " samples");
    }
    return found;
  }

  @Override
  public Page<StateCheckpoint> checkpoints(HistoryQuery query, @Nullable LifecycleState state) {
    beforeCheckpoints.run();
    return page(
        checkpoints,
        query,
        StateCheckpoint::target,
        StateCheckpoint::at,
        c -> state == null || c.state() == state);
  }

  @Override
  public Optional<StateCheckpoint> latestCheckpoint(TargetId target) {
    return checkpoints.stream().filter(c -> c.target().equals(target)).findFirst();
  }

  @Override
  public Page<GuardrailFiring> firings(
      HistoryQuery query, @Nullable String guardrail, @Nullable FiringStatus status) {
    return page(
        firings,
        query,
        GuardrailFiring::target,
        GuardrailFiring::firedAt,
        f ->
            (guardrail == null || f.guardrail().equals(guardrail))
                && (status == null || f.status() == status));
  }

  @Override
  public Page<Incident> incidents(HistoryQuery query, @Nullable IncidentStatus status) {
    return page(
        incidents,
        query,
        Incident::target,
        Incident::openedAt,
        i -> status == null || i.status() == status);
  }

  @Override
  public Optional<Incident> incident(String id) {
    return incidents.stream().filter(i -> i.id().equals(id)).findFirst();
  }

  @Override
  public Page<MitigationAttempt> attempts(
      HistoryQuery query,
      @Nullable String strategy,
      @Nullable AttemptStatus status,
      @Nullable MitigationOutcome outcome) {
    return page(
        attempts,
        query,
        MitigationAttempt::target,
        MitigationAttempt::plannedAt,
        a ->
            (strategy == null || a.strategy().equals(strategy))
                && (status == null || a.status() == status)
                && (outcome == null || a.outcome() == outcome));
  }

  @Override
  public Page<LearningEvent> learningEvents(
      HistoryQuery query,
      @Nullable String situation,
      @Nullable String strategy,
      @Nullable MitigationOutcome outcome) {
    return page(
        events,
        query,
        LearningEvent::target,
        LearningEvent::at,
        e ->
            (situation == null || e.situation().equals(situation))
                && (strategy == null || e.strategy().equals(strategy))
                && (outcome == null || e.outcome() == outcome));
  }

  @Override
  public Page<FailurePrediction> predictions(
      HistoryQuery query, @Nullable FailureKind failureType, double minProbability) {
    Page<FailurePrediction> page =
        page(
            predictions,
            query,
            FailurePrediction::target,
            FailurePrediction::at,
            p ->
                (failureType == null || p.failureType() == failureType)
                    && p.probability() >= minProbability);
    return new Page<>(page.items(), page.next(), passedOver);
  }

  @Override
  public Page<HappyPath> happyPaths(
      HistoryQuery query,
      @Nullable String name,
      @Nullable LifecycleState startState,
      @Nullable LifecycleState endState) {
    return page(
        paths,
        query,
        HappyPath::target,
        HappyPath::savedAt,
        p ->
            (name == null || p.name().equals(name))
                && (startState == null || p.startState() == startState)
                && (endState == null || p.endState() == endState));
  }

  @Override
  public Page<AuditEntry> audit(
      HistoryQuery query,
      @Nullable AuditAction action,
      @Nullable String actor,
      @Nullable String subject,
      AuditEntry.@Nullable Result result) {
    return page(
        audit,
        query,
        e -> Objects.requireNonNullElse(e.target(), NOBODY),
        AuditEntry::at,
        e ->
            (action == null || e.action() == action)
                && (actor == null || e.actor().equals(actor))
                && (subject == null || e.subject().equals(subject))
                && (result == null || e.result() == result));
  }

  @Override
  public Page<CodeTransition> transitions(HistoryQuery query, @Nullable String unit) {
    return page(
        transitions,
        query,
        step -> NOBODY,
        CodeTransition::at,
        step -> unit == null || step.unit().equals(unit));
  }

  @Override
  public List<CodeGeneration> generations(@Nullable String unit) {
    return List.of();
  }

  @Override
  public Optional<StateSnapshot> state(String extension, String unit, @Nullable TargetId target) {
    return Optional.empty();
  }

  @Override
  public Page<Problem> problems(HistoryQuery query) {
    return new Page<>(List.of(), null);
  }

  @Override
  public Page<Rehearsal> rehearsals(HistoryQuery query, @Nullable String unit) {
    return new Page<>(
        rehearsals.stream().filter(r -> unit == null || r.unit().equals(unit)).toList(), null);
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
    return Optional.ofNullable(restoreReport);
  }

  @Override
  public void write(Consumer<Entries> entries) {
    entries.accept(new Recording());
  }

  /** What commands write; nothing else is. */
  private final class Recording implements Entries {
    @Override
    public void happyPath(HappyPath path) {
      paths.removeIf(before -> before.id().equals(path.id()));
      paths.add(0, path);
    }

    @Override
    public void audit(AuditEntry entry) {
      audit.add(0, entry);
    }

    @Override
    public void transition(CodeTransition transition) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void problem(Problem problem) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void checkpoint(StateCheckpoint checkpoint) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void firing(GuardrailFiring firing) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void incident(Incident incident) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void attempt(MitigationAttempt attempt) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void prediction(FailurePrediction prediction) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void learning(LearningEvent event) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void generation(CodeGeneration generation) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void state(StateSnapshot snapshot) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void rehearsal(Rehearsal rehearsal) {
      rehearsals.add(0, rehearsal);
    }

    @Override
    public void verdict(VerdictRecord verdict) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void stateVersion(StateVersion version) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void restoreReport(RestoreReport report) {
      throw new UnsupportedOperationException();
    }
  }

  private static <T> Page<T> page(
      List<T> all,
      HistoryQuery query,
      Function<T, TargetId> target,
      Function<T, Instant> at,
      Predicate<T> filter) {
    int start = 0;
    if (query.cursor() != null) {
      try {
        start = Integer.parseInt(query.cursor());
      } catch (NumberFormatException e) {
        throw new MonitorException(
            ErrorCode.CURSOR_INVALID, Blame.OPERATOR, "Cursor is not mine", e);
      }
    }
    List<T> matching =
        all.stream()
            .filter(filter)
            .filter(e -> query.target() == null || query.target().equals(target.apply(e)))
            .filter(e -> query.from() == null || !at.apply(e).isBefore(query.from()))
            .filter(e -> query.to() == null || at.apply(e).isBefore(query.to()))
            .toList();
    int end = Math.min(matching.size(), start + query.limit());
    return new Page<>(
        matching.subList(Math.min(start, end), end),
        end < matching.size() ? Integer.toString(end) : null);
  }
}
