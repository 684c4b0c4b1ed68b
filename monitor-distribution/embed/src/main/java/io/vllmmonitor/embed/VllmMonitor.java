package io.vllmmonitor.embed;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.history.AuditAction;
import io.vllmmonitor.api.history.History;
import io.vllmmonitor.api.history.HistoryQuery;
import io.vllmmonitor.api.history.Page;
import io.vllmmonitor.api.history.RestoreReport;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.lifecycle.LifecycleState;
import io.vllmmonitor.api.lifecycle.StateCheckpoint;
import io.vllmmonitor.api.mitigation.MitigationAttempt;
import io.vllmmonitor.api.outcome.HappyPath;
import io.vllmmonitor.api.outcome.MitigationOutcome;
import io.vllmmonitor.api.prediction.FailurePrediction;
import io.vllmmonitor.api.sample.MetricSpec;
import io.vllmmonitor.api.sample.MetricType;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.store.SeriesStore;
import io.vllmmonitor.core.audit.Deed;
import io.vllmmonitor.daemon.boot.RunningMonitor;
import io.vllmmonitor.persistence.engine.StoreStatistics;
import io.vllmmonitor.persistence.exchange.CodeTrust;
import io.vllmmonitor.persistence.exchange.ExchangeProgress;
import io.vllmmonitor.persistence.exchange.ExportOptions;
import io.vllmmonitor.persistence.exchange.ExportReport;
import io.vllmmonitor.persistence.exchange.ImportMode;
import io.vllmmonitor.persistence.exchange.ImportOptions;
import io.vllmmonitor.persistence.exchange.ImportReport;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A monitor that runs inside this program: it watches its targets, judges and remembers them in its
 * data directory as the daemon does, and answers questions about all it remembers, also from before
 * the program was started. Opened by {@link #builder()}, closed by whoever opened it. Thread-safe;
 * the questions may block on the disk.
 *
 * <p>One process at a time owns a data directory: a second one is refused with STORE_OWNED. All
 * methods throw {@link io.vllmmonitor.api.error.MonitorException} with a stable code.
 */
public final class VllmMonitor implements AutoCloseable {
  private static final String ACTOR = "embed";
  private static final int MOST_SAMPLES = 10_000_000;
  private static final double HOURS_BY_DEFAULT = 24;
  private static final double MOST_HOURS = 24 * 36_500.0;

  private final RunningMonitor monitor;
  private final InstantSource clock;

  VllmMonitor(RunningMonitor monitor, InstantSource clock) {
    this.monitor = requireNonNull(monitor, "monitor");
    this.clock = requireNonNull(clock, "clock");
  }

  /** Says what is watched and where it is remembered, and starts it. */
  public static VllmMonitorBuilder builder() {
    return new VllmMonitorBuilder();
  }

  /** The samples of all metrics of a type over the last 24 hours. */
  public List<SeriesData> getHistoricalMetrics(MetricType type) {
    return getHistoricalMetrics(type, HOURS_BY_DEFAULT);
  }

  /**
   * The samples of all metrics of a type over the last hours, by series, oldest first. Metrics that
   * no source declared are of type CUSTOM.
   *
   * @param hoursBack greater than 0
   * @throws io.vllmmonitor.api.error.MonitorException QUERY_TOO_LARGE beyond ten million samples
   */
  public List<SeriesData> getHistoricalMetrics(MetricType type, double hoursBack) {
    if (!(hoursBack > 0) || hoursBack > MOST_HOURS) {
      throw new IllegalArgumentException(
          "hoursBack is more than 0 and at most " + MOST_HOURS + ", found " + hoursBack);
    }
    Instant now = clock.instant();
    return getMetrics(
        type, null, now.minus(Duration.ofMillis(Math.round(hoursBack * 3_600_000))), now);
  }

  /**
   * Samples by type, name and time, by series, oldest first.
   *
   * @param type null means all
   * @param metricName under any of its names; null means all
   * @param start inclusive
   * @param end inclusive
   */
  public List<SeriesData> getMetrics(
      @Nullable MetricType type, @Nullable String metricName, Instant start, Instant end) {
    SeriesSelector selector =
        metricName == null ? SeriesSelector.all() : SeriesSelector.all().withName(metricName);
    if (type == null) {
      return history().metrics(selector, start, end, MOST_SAMPLES);
    }
    List<SeriesData> found = new ArrayList<>();
    long left = MOST_SAMPLES;
    for (String name : namesOf(type, selector, start, end)) {
      List<SeriesData> some =
          history()
              .metrics(SeriesSelector.all().withName(name), start, end, (int) Math.max(0, left));
      left -= some.stream().mapToLong(SeriesData::size).sum();
      found.addAll(some);
    }
    return List.copyOf(found);
  }

  private List<String> namesOf(
      MetricType type, SeriesSelector selector, Instant start, Instant end) {
    return monitor.stores().series().series(selector, start, end).stream()
        .map(SeriesKey::name)
        .distinct()
        .filter(name -> typeOf(name) == type)
        .toList();
  }

  private MetricType typeOf(String name) {
    return monitor.catalog().family(name).map(MetricSpec::type).orElse(MetricType.CUSTOM);
  }

  /**
   * State checkpoints, newest first.
   *
   * @param state null means all
   * @param start inclusive; null means from the beginning
   * @param end exclusive; null means until now
   * @param limit how many at most, at least 1
   */
  public List<StateCheckpoint> getCheckpoints(
      @Nullable LifecycleState state, @Nullable Instant start, @Nullable Instant end, int limit) {
    return collect(limit, query -> history().checkpoints(query.between(start, end), state));
  }

  /** The newest hundred attempts of a strategy with an outcome. */
  public List<MitigationAttempt> getMitigationHistory(
      @Nullable String strategyName, @Nullable MitigationOutcome outcome) {
    return getMitigationHistory(strategyName, outcome, HistoryQuery.DEFAULT_LIMIT);
  }

  /**
   * Attempts to mitigate, newest first.
   *
   * @param strategyName null means all
   * @param outcome as it was measured; null means all, also those not measured
   */
  public List<MitigationAttempt> getMitigationHistory(
      @Nullable String strategyName, @Nullable MitigationOutcome outcome, int limit) {
    return collect(limit, query -> history().attempts(query, strategyName, null, outcome));
  }

  /**
   * Predicted failures, newest first.
   *
   * @param failureType null means all
   * @param start inclusive; null means from the beginning
   * @param end exclusive; null means until now
   * @param limit how many at most, at least 1
   */
  public List<FailurePrediction> getPredictions(
      @Nullable FailureKind failureType,
      @Nullable Instant start,
      @Nullable Instant end,
      int limit) {
    return collect(
        limit, query -> history().predictions(query.between(start, end), failureType, 0));
  }

  /**
   * Remembers a prediction that this program made; the same id again replaces it, as when it is
   * known what happened. Durable when the call returns.
   */
  public void savePrediction(FailurePrediction prediction) {
    requireNonNull(prediction, "prediction");
    monitor.recorder().write(entries -> entries.prediction(prediction));
  }

  /** All happy paths, the last saved first. */
  public List<HappyPath> getHappyPaths() {
    return getHappyPaths(null, null);
  }

  /**
   * Happy paths by the states they lead from and to, the last saved first.
   *
   * @param startState null means all
   * @param endState null means all
   */
  public List<HappyPath> getHappyPaths(
      @Nullable LifecycleState startState, @Nullable LifecycleState endState) {
    return collect(
        Integer.MAX_VALUE, query -> history().happyPaths(query, null, startState, endState));
  }

  /**
   * Saves how a closed incident was ended, or counts it as one more success of the path of that
   * name.
   *
   * @throws io.vllmmonitor.api.error.MonitorException INCIDENT_NOT_FOUND, HAPPY_PATH_REFUSED
   */
  public HappyPath saveHappyPath(String incidentId, String name) {
    return monitor
        .audit()
        .around(
            new Deed(ACTOR, AuditAction.HAPPY_PATH_SAVE, name),
            () -> monitor.happyPaths().save(incidentId, name, ""),
            path -> Map.of("id", path.id(), "incident", incidentId));
  }

  private static <T> List<T> collect(int limit, Function<HistoryQuery, Page<T>> ask) {
    if (limit < 1) {
      throw new IllegalArgumentException("limit is at least 1, found " + limit);
    }
    List<T> found = new ArrayList<>();
    @Nullable String cursor = null;
    do {
      int some = Math.min(HistoryQuery.MOST, limit - found.size());
      Page<T> page = ask.apply(HistoryQuery.newest().withLimit(some).after(cursor));
      found.addAll(page.items());
      cursor = page.next();
    } while (cursor != null && found.size() < limit);
    return List.copyOf(found);
  }

  /** How much is remembered, by kind, and what it takes on the disk. */
  public StoreStatistics getStatistics() {
    return monitor.stores().statistics();
  }

  /**
   * Writes everything that is remembered into a new or empty directory, in formats that people and
   * other tools can read, while the monitor goes on.
   */
  public ExportReport exportMonitoringData(Path directory) {
    return exportMonitoringData(directory, null, null);
  }

  /**
   * The same for a stretch of time.
   *
   * @param start inclusive; null means from the beginning
   * @param end exclusive; null means until now
   */
  public ExportReport exportMonitoringData(
      Path directory, @Nullable Instant start, @Nullable Instant end) {
    ExportOptions all = ExportOptions.everything(directory);
    ExportOptions options =
        new ExportOptions(directory, start, end, all.format(), all.compression());
    return monitor
        .audit()
        .around(
            new Deed(ACTOR, AuditAction.EXPORT, directory.toString()),
            () -> monitor.exchange().export(options, new ExchangeProgress()),
            report -> Map.of("samples", Long.toString(report.samples())));
  }

  /**
   * Takes an export in, and adds it to what is there. Replacing what a running monitor works with
   * is not possible: {@code merge} false is refused with IMPORT_REFUSED.
   */
  public ImportReport importMonitoringData(Path directory, boolean merge) {
    Deed deed = new Deed(ACTOR, AuditAction.IMPORT, directory.toString());
    return monitor.audit().around(deed, () -> imported(directory, merge), VllmMonitor::facts);
  }

  private ImportReport imported(Path directory, boolean merge) {
    if (!merge) {
      throw new MonitorException(
          ErrorCode.IMPORT_REFUSED,
          Blame.OPERATOR,
          "A running monitor cannot be replaced; close it and use 'vllm-monitor import "
              + directory
              + " --replace', or start one on a fresh directory and merge");
    }
    return monitor
        .exchange()
        .importFrom(
            new ImportOptions(directory, ImportMode.MERGE, false, CodeTrust.REFUSE),
            new ExchangeProgress());
  }

  private static Map<String, String> facts(ImportReport report) {
    long added = report.parts().stream().mapToLong(ImportReport.Part::added).sum();
    return Map.of(
        "added", Long.toString(added), "differences", Long.toString(report.differences()));
  }

  /** Everything that was remembered, with all filters and pages. */
  public History history() {
    return monitor.history();
  }

  /**
   * The store of samples itself, for a program that brings samples of its own. They are stored when
   * the call returns; every series needs the labels {@code job} and {@code instance}.
   */
  public SeriesStore samples() {
    return monitor.stores().series();
  }

  /** What came back at the start. */
  public RestoreReport restoreReport() {
    return monitor.report();
  }

  /** Where the HTTP API listens, such as {@code http://127.0.0.1:43211}. */
  public String url() {
    return monitor.url();
  }

  /** Flushes and closes everything in order; a second call does nothing. */
  @Override
  public void close() {
    monitor.close();
  }
}
