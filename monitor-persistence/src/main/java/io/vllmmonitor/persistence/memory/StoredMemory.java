package io.vllmmonitor.persistence.memory;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.code.CodeTransition;
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
import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.RecordPage;
import io.vllmmonitor.api.store.RecordQuery;
import io.vllmmonitor.api.store.RecordSelection;
import io.vllmmonitor.api.store.RecordStore;
import io.vllmmonitor.api.store.SeriesStore;
import io.vllmmonitor.api.store.StoredRecord;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.persistence.query.AliasedSeries;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The history and its recorder over any pair of stores. Thread-safe as far as the stores are; every
 * call may block on the disk. Closes nothing: the stores belong to whoever opened them.
 *
 * <p>Pages are ordered by the time that an entity began (a checkpoint's {@code at}, a firing's
 * {@code firedAt}, an incident's {@code openedAt}, an attempt's {@code plannedAt}), a problem by
 * its last occurrence, a happy path by its last change; {@code from} and {@code to} look at the
 * same time, to the millisecond. A damaged row among what a restart decides by (checkpoints,
 * firings, incidents, attempts, code) fails the whole page with STORE_DAMAGED; among what is only
 * looked at or counted (predictions, happy paths, learning data, audit) it is passed over, counted
 * on the page and told to the listener.
 */
public final class StoredMemory implements Recorder, History {
  private static final int ROWS_AT_ONCE = 1_000;

  private final RecordStore records;
  private final AliasedSeries series;
  private final EntityRows rows = new EntityRows();
  private volatile BiConsumer<RecordKind, List<String>> unreadable = (kind, ids) -> {};

  public StoredMemory(SeriesStore samples, RecordStore records, MetricCatalog catalog) {
    this.records = requireNonNull(records, "records");
    this.series = new AliasedSeries(samples, catalog);
  }

  @Override
  public void write(Consumer<Entries> entries) {
    TransactionEntries transaction = new TransactionEntries(rows);
    List<StoredRecord> collected;
    try {
      entries.accept(transaction);
    } finally {
      collected = transaction.close();
    }
    if (!collected.isEmpty()) {
      records.write(collected);
    }
  }

  /**
   * Says who is told of damaged rows that a page passed over: the table and the ids, on the thread
   * that asked, each time they are met. At most one listener.
   */
  public void onUnreadable(BiConsumer<RecordKind, List<String>> listener) {
    unreadable = requireNonNull(listener, "listener");
  }

  /** The rows that {@link #write} would store; for importers. */
  public static List<StoredRecord> rows(Consumer<Entries> entries) {
    TransactionEntries transaction = new TransactionEntries(new EntityRows());
    entries.accept(transaction);
    return transaction.close();
  }

  /**
   * Looks at a row that comes from elsewhere.
   *
   * @throws io.vllmmonitor.api.error.MonitorException STORE_DAMAGED when it is not the entity of
   *     its kind
   */
  public static void check(StoredRecord row) {
    EntityCheck.check(row);
  }

  @Override
  public List<SeriesData> metrics(
      SeriesSelector selector, Instant from, Instant to, int maxSamples) {
    return series.read(selector, from, to, maxSamples);
  }

  @Override
  public Page<StateCheckpoint> checkpoints(HistoryQuery query, @Nullable LifecycleState state) {
    return page(
        RecordKind.CHECKPOINTS,
        query,
        new ColumnFilter().and("state", state),
        StateCheckpoint.class);
  }

  @Override
  public Optional<StateCheckpoint> latestCheckpoint(TargetId target) {
    return checkpoints(HistoryQuery.newestOf(target).withLimit(1), null).items().stream()
        .findFirst();
  }

  @Override
  public Page<GuardrailFiring> firings(
      HistoryQuery query, @Nullable String guardrail, @Nullable FiringStatus status) {
    return page(
        RecordKind.GUARDRAIL_FIRINGS,
        query,
        new ColumnFilter().and("guardrail", guardrail).and("status", status),
        GuardrailFiring.class);
  }

  @Override
  public Page<Incident> incidents(HistoryQuery query, @Nullable IncidentStatus status) {
    return page(
        RecordKind.INCIDENTS, query, new ColumnFilter().and("status", status), Incident.class);
  }

  @Override
  public Optional<Incident> incident(String id) {
    return records.find(RecordKind.INCIDENTS, id).map(row -> rows.entity(row, Incident.class));
  }

  @Override
  public Page<MitigationAttempt> attempts(
      HistoryQuery query,
      @Nullable String strategy,
      @Nullable AttemptStatus status,
      @Nullable MitigationOutcome outcome) {
    return page(
        RecordKind.MITIGATION_ATTEMPTS,
        query,
        new ColumnFilter()
            .and("strategy_name", strategy)
            .and("status", status)
            .and("outcome", outcome),
        MitigationAttempt.class);
  }

  @Override
  public Page<LearningEvent> learningEvents(
      HistoryQuery query,
      @Nullable String situation,
      @Nullable String strategy,
      @Nullable MitigationOutcome outcome) {
    return readable(
        RecordKind.LEARNING_DATA,
        query,
        new ColumnFilter()
            .and("situation", situation)
            .and("strategy_name", strategy)
            .and("outcome", outcome),
        LearningEvent.class,
        event -> true);
  }

  @Override
  public Page<FailurePrediction> predictions(
      HistoryQuery query, @Nullable FailureKind failureType, double minProbability) {
    return readable(
        RecordKind.PREDICTIONS,
        query,
        new ColumnFilter().and("failure_type", failureType),
        FailurePrediction.class,
        prediction -> prediction.probability() >= minProbability);
  }

  @Override
  public Page<HappyPath> happyPaths(
      HistoryQuery query,
      @Nullable String name,
      @Nullable LifecycleState startState,
      @Nullable LifecycleState endState) {
    return readable(
        RecordKind.HAPPY_PATHS,
        query,
        new ColumnFilter()
            .and("name", name)
            .and("start_state", startState)
            .and("end_state", endState),
        HappyPath.class,
        path -> true);
  }

  @Override
  public Page<AuditEntry> audit(
      HistoryQuery query,
      @Nullable AuditAction action,
      @Nullable String actor,
      @Nullable String subject,
      AuditEntry.@Nullable Result result) {
    return readable(
        RecordKind.AUDIT,
        query,
        new ColumnFilter()
            .and("action", action)
            .and("actor", actor)
            .and("subject", subject)
            .and("result", result),
        AuditEntry.class,
        entry -> true);
  }

  /** {@inheritDoc} The generations of one unit by their number; units by their latest change. */
  @Override
  public List<CodeGeneration> generations(@Nullable String unit) {
    List<CodeGeneration> found = new ArrayList<>();
    String cursor = null;
    do {
      HistoryQuery query = HistoryQuery.newest().withLimit(ROWS_AT_ONCE).after(cursor);
      Page<CodeGeneration> page =
          page(
              RecordKind.PLUGINS,
              query,
              new ColumnFilter().and("unit", unit),
              CodeGeneration.class);
      found.addAll(page.items());
      cursor = page.next();
    } while (cursor != null);
    return newestFirst(found);
  }

  @Override
  public Page<CodeTransition> transitions(HistoryQuery query, @Nullable String unit) {
    return readable(
        RecordKind.PLUGIN_TRANSITIONS,
        query,
        new ColumnFilter().and("unit", unit),
        CodeTransition.class,
        transition -> true);
  }

  private static List<CodeGeneration> newestFirst(List<CodeGeneration> generations) {
    Map<String, Instant> changed = new HashMap<>();
    for (CodeGeneration generation : generations) {
      changed.merge(generation.unit(), generation.at(), (a, b) -> a.isAfter(b) ? a : b);
    }
    Comparator<CodeGeneration> order =
        Comparator.comparing(
                (CodeGeneration generation) ->
                    changed.getOrDefault(generation.unit(), generation.at()))
            .reversed()
            .thenComparing(CodeGeneration::unit)
            .thenComparing(CodeGeneration::generation, Comparator.reverseOrder());
    return generations.stream().sorted(order).toList();
  }

  @Override
  public Optional<StateSnapshot> state(String extension, String unit, @Nullable TargetId target) {
    return records
        .find(RecordKind.PLUGIN_STATES, RecordIds.state(extension, unit, target))
        .map(row -> rows.entity(row, StateSnapshot.class));
  }

  /** {@inheritDoc} The problems of a target are those whose subject is its instance. */
  @Override
  public Page<Problem> problems(HistoryQuery query) {
    TargetId target = query.target();
    return page(
        RecordKind.PROBLEMS,
        query.withTarget(null),
        new ColumnFilter().and("subject", target == null ? null : target.instance()),
        Problem.class);
  }

  @Override
  public Page<Rehearsal> rehearsals(HistoryQuery query, @Nullable String unit) {
    return readable(
        RecordKind.REHEARSALS,
        query,
        new ColumnFilter().and("unit", unit),
        Rehearsal.class,
        rehearsal -> true);
  }

  @Override
  public Page<VerdictRecord> verdicts(HistoryQuery query, @Nullable String guardrail) {
    return readable(
        RecordKind.VERDICTS,
        query,
        new ColumnFilter().and("guardrail", guardrail),
        VerdictRecord.class,
        verdict -> true);
  }

  @Override
  public Optional<StateVersion> stateVersion(String hash) {
    return records
        .find(RecordKind.STATE_VERSIONS, hash)
        .map(row -> rows.entity(row, StateVersion.class));
  }

  @Override
  public Optional<RestoreReport> latestRestoreReport() {
    return records.query(RecordQuery.newest(RecordKind.RESTORE_REPORTS, 1)).records().stream()
        .findFirst()
        .map(row -> rows.entity(row, RestoreReport.class));
  }

  private <T> Page<T> page(
      RecordKind kind, HistoryQuery query, ColumnFilter filter, Class<T> type) {
    RecordPage page = records.query(question(kind, query, filter));
    return new Page<>(
        page.records().stream().map(row -> rows.entity(row, type)).toList(), page.next());
  }

  /** The same without the rows that are damaged or not wanted. */
  private <T> Page<T> readable(
      RecordKind kind,
      HistoryQuery query,
      ColumnFilter filter,
      Class<T> type,
      Predicate<T> wanted) {
    List<T> items = new ArrayList<>();
    List<String> lost = new ArrayList<>();
    RecordSelection selection =
        records.select(question(kind, query, filter), row -> take(row, type, wanted, items, lost));
    lost.addAll(selection.damaged());
    if (!lost.isEmpty()) {
      unreadable.accept(kind, List.copyOf(lost));
    }
    return new Page<>(items, selection.next(), lost.size());
  }

  private <T> boolean take(
      StoredRecord row, Class<T> type, Predicate<T> wanted, List<T> items, List<String> lost) {
    T entity;
    try {
      entity = rows.entity(row, type);
    } catch (MonitorException e) {
      lost.add(row.id());
      return false;
    }
    return wanted.test(entity) && items.add(entity);
  }

  private static RecordQuery question(RecordKind kind, HistoryQuery query, ColumnFilter filter) {
    TargetId target = query.target();
    return new RecordQuery(
        kind,
        target == null ? null : target.instance(),
        floor(query.from()),
        ceiling(query.to()),
        filter.columns(),
        query.limit(),
        query.cursor());
  }

  // Rows know their time to the millisecond, so the ends are widened to it: an entity of the same
  // millisecond as an end is never lost.
  private static @Nullable Instant floor(@Nullable Instant time) {
    return time == null ? null : Instant.ofEpochMilli(time.toEpochMilli());
  }

  private static @Nullable Instant ceiling(@Nullable Instant time) {
    Instant floor = floor(time);
    return floor == null || floor.equals(time) ? floor : floor.plusMillis(1);
  }
}
