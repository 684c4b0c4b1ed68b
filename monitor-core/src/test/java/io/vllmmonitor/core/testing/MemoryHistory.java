package io.vllmmonitor.core.testing;

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
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.target.TargetId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A history in memory that outlives the objects under test, so that abandoning them and building
 * new ones on it is a crash and a restart. Pages hold two items, so that whoever stops at the first
 * page is found out. Thread-safe.
 */
public final class MemoryHistory implements Recorder, History {
  private static final int PAGE = 2;

  private final Map<String, GuardrailFiring> firings = new TreeMap<>();
  private final Map<String, Incident> incidents = new TreeMap<>();
  private final Map<String, MitigationAttempt> attempts = new TreeMap<>();
  private final Map<String, LearningEvent> events = new TreeMap<>();
  private final Map<String, StateSnapshot> states = new TreeMap<>();
  private final Map<String, Problem> problems = new TreeMap<>();
  private final Map<String, StateCheckpoint> checkpoints = new TreeMap<>();
  private final Map<String, HappyPath> paths = new TreeMap<>();
  private final Map<String, FailurePrediction> predictions = new TreeMap<>();
  private final List<AuditEntry> audit = new ArrayList<>();
  private final List<SeriesData> samples = new ArrayList<>();
  private final List<Rehearsal> rehearsals = new ArrayList<>();
  private final List<VerdictRecord> verdicts = new ArrayList<>();
  private final Map<String, StateVersion> stateVersions = new TreeMap<>();
  private final List<CodeGeneration> generations = new ArrayList<>();
  private final List<MitigationAttempt> versions = new ArrayList<>();
  private Predicate<Draft> refusal = draft -> false;
  private Consumer<Draft> afterwards = draft -> {};
  private int writes;

  /** What one transaction holds. */
  public static final class Draft implements Entries {
    public final List<GuardrailFiring> firings = new ArrayList<>();
    public final List<Incident> incidents = new ArrayList<>();
    public final List<MitigationAttempt> attempts = new ArrayList<>();
    public final List<LearningEvent> events = new ArrayList<>();
    public final List<StateSnapshot> states = new ArrayList<>();
    public final List<FailurePrediction> predictions = new ArrayList<>();
    public final List<Problem> problems = new ArrayList<>();
    public final List<StateCheckpoint> checkpoints = new ArrayList<>();
    public final List<HappyPath> paths = new ArrayList<>();
    public final List<AuditEntry> audit = new ArrayList<>();
    public final List<Rehearsal> rehearsals = new ArrayList<>();
    public final List<VerdictRecord> verdicts = new ArrayList<>();
    public final List<StateVersion> stateVersions = new ArrayList<>();

    @Override
    public void rehearsal(Rehearsal rehearsal) {
      rehearsals.add(rehearsal);
    }

    @Override
    public void verdict(VerdictRecord verdict) {
      verdicts.add(verdict);
    }

    @Override
    public void stateVersion(StateVersion version) {
      stateVersions.add(version);
    }

    @Override
    public void checkpoint(StateCheckpoint checkpoint) {
      checkpoints.add(checkpoint);
    }

    @Override
    public void prediction(FailurePrediction prediction) {
      predictions.add(prediction);
    }

    @Override
    public void happyPath(HappyPath path) {
      paths.add(path);
    }

    @Override
    public void transition(CodeTransition transition) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void audit(AuditEntry entry) {
      audit.add(entry);
    }

    @Override
    public void firing(GuardrailFiring firing) {
      firings.add(firing);
    }

    @Override
    public void incident(Incident incident) {
      incidents.add(incident);
    }

    @Override
    public void attempt(MitigationAttempt attempt) {
      attempts.add(attempt);
    }

    @Override
    public void learning(LearningEvent event) {
      events.add(event);
    }

    @Override
    public void generation(CodeGeneration generation) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void state(StateSnapshot snapshot) {
      states.add(snapshot);
    }

    @Override
    public void problem(Problem problem) {
      problems.add(problem);
    }

    @Override
    public void restoreReport(RestoreReport report) {
      throw new UnsupportedOperationException();
    }

    /** Whether it stores an attempt in this status. */
    public boolean has(AttemptStatus status) {
      return attempts.stream().anyMatch(attempt -> attempt.status() == status);
    }
  }

  /** Transactions that match fail with STORE_FULL and store nothing. */
  public synchronized void refuse(Predicate<Draft> which) {
    refusal = which;
  }

  /** Runs after a transaction is durable, on the thread that wrote. */
  public synchronized void afterWrite(Consumer<Draft> what) {
    afterwards = what;
  }

  @Override
  public void write(Consumer<Entries> entries) {
    Draft draft = new Draft();
    entries.accept(draft);
    Consumer<Draft> then;
    synchronized (this) {
      if (refusal.test(draft)) {
        throw new MonitorException(ErrorCode.STORE_FULL, Blame.ENVIRONMENT, "The disk is full");
      }
      writes++;
      draft.firings.forEach(firing -> firings.put(firing.id(), firing));
      draft.incidents.forEach(incident -> incidents.put(incident.id(), incident));
      draft.attempts.forEach(attempt -> attempts.put(attempt.id(), attempt));
      versions.addAll(draft.attempts);
      draft.events.forEach(event -> events.put(event.attemptId(), event));
      draft.states.forEach(
          state -> states.put(key(state.extension(), state.unit(), state.target()), state));
      draft.problems.forEach(
          problem -> problems.put(problem.code() + " " + problem.subject(), problem));
      draft.checkpoints.forEach(checkpoint -> checkpoints.put(checkpoint.id(), checkpoint));
      draft.paths.forEach(path -> paths.put(path.id(), path));
      draft.predictions.forEach(prediction -> predictions.put(prediction.id(), prediction));
      audit.addAll(draft.audit);
      rehearsals.addAll(draft.rehearsals);
      verdicts.addAll(draft.verdicts);
      draft.stateVersions.forEach(version -> stateVersions.put(version.hash(), version));
      then = afterwards;
    }
    then.accept(draft);
  }

  public synchronized int writes() {
    return writes;
  }

  /** All firings, oldest first. */
  public synchronized List<GuardrailFiring> firings() {
    return List.copyOf(firings.values());
  }

  /** All incidents, oldest first. */
  public synchronized List<Incident> incidents() {
    return List.copyOf(incidents.values());
  }

  /** All attempts in their newest version, oldest first. */
  public synchronized List<MitigationAttempt> attempts() {
    return List.copyOf(attempts.values());
  }

  /** The statuses that were ever stored, in order. */
  public synchronized List<AttemptStatus> statuses() {
    return versions.stream().map(MitigationAttempt::status).toList();
  }

  public synchronized List<LearningEvent> events() {
    return List.copyOf(events.values());
  }

  /** Everything that was audited, in order. */
  public synchronized List<AuditEntry> audit() {
    return List.copyOf(audit);
  }

  /** All stored verdicts in the order in which they were written. */
  public synchronized List<VerdictRecord> verdicts() {
    return List.copyOf(verdicts);
  }

  public synchronized List<Problem> problems() {
    return List.copyOf(problems.values());
  }

  private static String key(String extension, String unit, @Nullable TargetId target) {
    return extension + "|" + unit + "|" + target;
  }

  private static <T> Page<T> page(
      List<T> all,
      HistoryQuery query,
      Function<T, @Nullable TargetId> target,
      Function<T, Instant> at,
      Predicate<T> filter) {
    List<T> found =
        all.stream()
            .filter(item -> query.target() == null || query.target().equals(target.apply(item)))
            .filter(item -> query.from() == null || !at.apply(item).isBefore(query.from()))
            .filter(item -> query.to() == null || at.apply(item).isBefore(query.to()))
            .filter(filter)
            .sorted(Comparator.comparing(at).reversed())
            .toList();
    int start = query.cursor() == null ? 0 : Integer.parseInt(query.cursor());
    int end = Math.min(found.size(), start + Math.min(PAGE, query.limit()));
    return new Page<>(found.subList(start, end), end < found.size() ? Integer.toString(end) : null);
  }

  @Override
  public List<SeriesData> metrics(
      SeriesSelector selector, Instant from, Instant to, int maxSamples) {
    Predicate<SeriesKey> matches = selector.compile(pattern -> value -> false);
    List<SeriesData> found = new ArrayList<>();
    int size = 0;
    for (SeriesData data : samples) {
      if (matches.test(data.series())) {
        SeriesData part = between(data, from.toEpochMilli(), to.toEpochMilli());
        size += part.size();
        if (part.size() > 0) {
          found.add(part);
        }
      }
    }
    if (size > maxSamples) {
      throw new MonitorException(ErrorCode.QUERY_TOO_LARGE, Blame.OPERATOR, "too many");
    }
    return found;
  }

  private static SeriesData between(SeriesData data, long from, long to) {
    int first = 0;
    while (first < data.size() && data.epochMillis(first) < from) {
      first++;
    }
    int end = first;
    while (end < data.size() && data.epochMillis(end) <= to) {
      end++;
    }
    long[] times = new long[end - first];
    double[] values = new double[end - first];
    for (int i = first; i < end; i++) {
      times[i - first] = data.epochMillis(i);
      values[i - first] = data.value(i);
    }
    return new SeriesData(data.series(), times, values);
  }

  /** Whole series; {@link #metrics} answers from them. */
  public synchronized void put(SeriesData data) {
    samples.add(data);
  }

  @Override
  public synchronized Page<StateCheckpoint> checkpoints(
      HistoryQuery query, @Nullable LifecycleState state) {
    return page(
        List.copyOf(checkpoints.values()),
        query,
        StateCheckpoint::target,
        StateCheckpoint::at,
        checkpoint -> state == null || checkpoint.state() == state);
  }

  @Override
  public Optional<StateCheckpoint> latestCheckpoint(TargetId target) {
    return Optional.empty();
  }

  @Override
  public synchronized Page<GuardrailFiring> firings(
      HistoryQuery query, @Nullable String guardrail, @Nullable FiringStatus status) {
    return page(
        firings(),
        query,
        GuardrailFiring::target,
        GuardrailFiring::firedAt,
        firing ->
            (guardrail == null || firing.guardrail().equals(guardrail))
                && (status == null || firing.status() == status));
  }

  @Override
  public synchronized Page<Incident> incidents(
      HistoryQuery query, @Nullable IncidentStatus status) {
    return page(
        incidents(),
        query,
        Incident::target,
        Incident::openedAt,
        incident -> status == null || incident.status() == status);
  }

  @Override
  public synchronized Optional<Incident> incident(String id) {
    return Optional.ofNullable(incidents.get(id));
  }

  @Override
  public synchronized Page<MitigationAttempt> attempts(
      HistoryQuery query,
      @Nullable String strategy,
      @Nullable AttemptStatus status,
      @Nullable MitigationOutcome outcome) {
    return page(
        attempts(),
        query,
        MitigationAttempt::target,
        MitigationAttempt::plannedAt,
        attempt ->
            (strategy == null || attempt.strategy().equals(strategy))
                && (status == null || attempt.status() == status)
                && (outcome == null || Objects.equals(attempt.outcome(), outcome)));
  }

  @Override
  public synchronized Page<LearningEvent> learningEvents(
      HistoryQuery query,
      @Nullable String situation,
      @Nullable String strategy,
      @Nullable MitigationOutcome outcome) {
    return page(
        events(),
        query,
        LearningEvent::target,
        LearningEvent::at,
        event ->
            (situation == null || event.situation().equals(situation))
                && (strategy == null || event.strategy().equals(strategy))
                && (outcome == null || event.outcome() == outcome));
  }

  @Override
  public synchronized Page<FailurePrediction> predictions(
      HistoryQuery query, @Nullable FailureKind failureType, double minProbability) {
    return page(
        List.copyOf(predictions.values()),
        query,
        FailurePrediction::target,
        FailurePrediction::at,
        prediction ->
            (failureType == null || prediction.failureType() == failureType)
                && prediction.probability() >= minProbability);
  }

  /** Loses all predictions. */
  public synchronized void forgetPredictions() {
    predictions.clear();
  }

  /** All predictions as they stand, by id. */
  public synchronized List<FailurePrediction> predictions() {
    return List.copyOf(predictions.values());
  }

  @Override
  public synchronized Page<HappyPath> happyPaths(
      HistoryQuery query,
      @Nullable String name,
      @Nullable LifecycleState startState,
      @Nullable LifecycleState endState) {
    return page(
        List.copyOf(paths.values()),
        query,
        HappyPath::target,
        HappyPath::savedAt,
        path ->
            (name == null || path.name().equals(name))
                && (startState == null || path.startState() == startState)
                && (endState == null || path.endState() == endState));
  }

  @Override
  public Page<CodeTransition> transitions(HistoryQuery query, @Nullable String unit) {
    return new Page<>(List.of(), null);
  }

  @Override
  public synchronized Page<AuditEntry> audit(
      HistoryQuery query,
      @Nullable AuditAction action,
      @Nullable String actor,
      @Nullable String subject,
      AuditEntry.@Nullable Result result) {
    return page(
        audit,
        query,
        AuditEntry::target,
        AuditEntry::at,
        entry ->
            (action == null || entry.action() == action)
                && (actor == null || entry.actor().equals(actor))
                && (subject == null || entry.subject().equals(subject))
                && (result == null || entry.result() == result));
  }

  /** Records a generation. */
  public synchronized void put(CodeGeneration generation) {
    generations.add(0, generation);
  }

  @Override
  public synchronized List<CodeGeneration> generations(@Nullable String unit) {
    return generations.stream().filter(one -> unit == null || one.unit().equals(unit)).toList();
  }

  @Override
  public synchronized Optional<StateSnapshot> state(
      String extension, String unit, @Nullable TargetId target) {
    return Optional.ofNullable(states.get(key(extension, unit, target)));
  }

  @Override
  public synchronized Page<Problem> problems(HistoryQuery query) {
    return new Page<>(problems(), null);
  }

  @Override
  public synchronized Page<Rehearsal> rehearsals(HistoryQuery query, @Nullable String unit) {
    return new Page<>(
        rehearsals.stream().filter(r -> unit == null || r.unit().equals(unit)).toList(), null);
  }

  @Override
  public synchronized Page<VerdictRecord> verdicts(HistoryQuery query, @Nullable String guardrail) {
    return page(
        verdicts,
        query,
        VerdictRecord::target,
        VerdictRecord::at,
        verdict -> guardrail == null || verdict.guardrail().equals(guardrail));
  }

  @Override
  public synchronized Optional<StateVersion> stateVersion(String hash) {
    return Optional.ofNullable(stateVersions.get(hash));
  }

  @Override
  public Optional<RestoreReport> latestRestoreReport() {
    return Optional.empty();
  }
}
