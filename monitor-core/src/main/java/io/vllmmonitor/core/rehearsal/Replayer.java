package io.vllmmonitor.core.rehearsal;

import static io.vllmmonitor.api.error.ErrorCode.REPLAY_IMPOSSIBLE;
import static io.vllmmonitor.api.error.ErrorCode.VERDICT_NOT_FOUND;
import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.guardrail.Verdict;
import io.vllmmonitor.api.history.History;
import io.vllmmonitor.api.history.HistoryQuery;
import io.vllmmonitor.api.history.Page;
import io.vllmmonitor.api.rehearsal.StateVersion;
import io.vllmmonitor.api.rehearsal.VerdictRecord;
import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.core.extension.Evaluation;
import io.vllmmonitor.core.extension.UnitConfiguration;
import io.vllmmonitor.core.guardrail.GuardrailTrial;
import io.vllmmonitor.core.plugin.OpenUnit;
import io.vllmmonitor.core.plugin.TrialUnits;
import io.vllmmonitor.core.view.Windows;
import io.vllmmonitor.core.worker.DeadlineWorker;
import io.vllmmonitor.core.worker.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reaches stored verdicts again: the code by its hash, the state and the configuration that it had,
 * the window rebuilt from the stored samples, the clock at the tick, the randomness from its seed.
 * Nothing is stored and nothing has an effect. Thread-safe; blocks on the disk and on the code.
 */
public final class Replayer {
  private static final Duration DEADLINE = Duration.ofSeconds(20);
  private static final int MOST_ABANDONED = 2;

  /** Among how many of the newest verdicts the newest of each guardrail is looked for. */
  private static final int MOST_LOOKED_AT = 5_000;

  private final History history;
  private final MetricCatalog catalog;
  private final TrialUnits units;
  private final Function<VerdictRecord, Target> targets;
  private final DeadlineWorker worker = new DeadlineWorker("replay", DEADLINE, MOST_ABANDONED);

  /**
   * @param targets the target of a verdict with the scrape interval that it had then
   */
  public Replayer(
      History history,
      MetricCatalog catalog,
      TrialUnits units,
      Function<VerdictRecord, Target> targets) {
    this.history = requireNonNull(history, "history");
    this.catalog = requireNonNull(catalog, "catalog");
    this.units = requireNonNull(units, "units");
    this.targets = requireNonNull(targets, "targets");
  }

  /**
   * The stored verdicts nearest at or before an instant, one of each guardrail.
   *
   * @param guardrail null means all that have some
   * @throws MonitorException VERDICT_NOT_FOUND when there is none
   */
  public List<VerdictRecord> find(TargetId target, Instant at, @Nullable String guardrail) {
    Map<String, VerdictRecord> newest = new LinkedHashMap<>();
    HistoryQuery query =
        HistoryQuery.newestOf(target).between(null, at.plusMillis(1)).withLimit(1_000);
    int looked = 0;
    @Nullable String cursor = null;
    do {
      Page<VerdictRecord> page = history.verdicts(query.after(cursor), guardrail);
      for (VerdictRecord verdict : page.items()) {
        if (!verdict.at().isAfter(at)) {
          newest.putIfAbsent(verdict.guardrail(), verdict);
        }
      }
      looked += page.items().size();
      cursor = page.next();
    } while (cursor != null && looked < MOST_LOOKED_AT && (guardrail == null || newest.isEmpty()));
    if (newest.isEmpty()) {
      throw new MonitorException(
          VERDICT_NOT_FOUND,
          Blame.OPERATOR,
          "No verdict of "
              + (guardrail == null ? "any guardrail" : "guardrail '" + guardrail + "'")
              + " on "
              + target
              + " at or before "
              + at
              + " is stored; 'history verdicts' lists those that are");
    }
    return List.copyOf(newest.values());
  }

  /**
   * Reaches one verdict again.
   *
   * @throws MonitorException REPLAY_IMPOSSIBLE when its code, state, configuration or samples are
   *     no longer there or its code does not end; what the making of the instance throws
   */
  public ReplayedVerdict replay(VerdictRecord stored) {
    Outcome<Verdict> outcome = worker.run(() -> reach(stored));
    Verdict verdict = outcome.value();
    if (outcome.kind() == Outcome.Kind.DONE && verdict != null) {
      return ReplayedVerdict.of(stored, verdict);
    }
    if (outcome.thrown() instanceof MonitorException known) {
      throw new MonitorException(known.code(), known.blame(), String.valueOf(known.getMessage()));
    }
    throw impossible(
        stored,
        outcome.kind() == Outcome.Kind.FAILED
            ? "the replay failed: " + outcome.thrown()
            : "its code did not end within " + DEADLINE.toSeconds() + " s");
  }

  private Verdict reach(VerdictRecord stored) {
    Target target = targets.apply(stored);
    StateVersion state = state(stored);
    Settings configuration = configuration(stored);
    Windows windows = windows(stored, target);
    TickClock clock = new TickClock(stored.at());
    try (OpenUnit unit = units.stored(generation(stored), List.of(target));
        OpenUnit.Replica replica =
            unit.replica(
                target, clock, configuration, stored.guardrail(), state, stored.stateVersion())) {
      return GuardrailTrial.once(
          replica.guardrail(), windows, evaluation(stored), stored.firing());
    }
  }

  private static Evaluation evaluation(VerdictRecord stored) {
    Long seed = stored.seed();
    return seed == null
        ? Evaluation.of(stored.codeHash(), stored.guardrail(), stored.target(), stored.at())
        : Evaluation.again(stored.at(), seed);
  }

  /** What the unit was configured with then; null when the verdict does not tell. */
  private @Nullable Settings configuration(VerdictRecord stored) {
    String hash = stored.configHash();
    if (hash == null) {
      return null;
    }
    if (hash.isEmpty()) {
      return Settings.empty();
    }
    return history
        .stateVersion(hash)
        .map(version -> UnitConfiguration.settings(version.fields()))
        .orElseThrow(
            () -> impossible(stored, "its configuration " + hash + " is no longer stored"));
  }

  private CodeGeneration generation(VerdictRecord stored) {
    return history.generations(stored.unit()).stream()
        .filter(one -> one.codeHash().equals(stored.codeHash()))
        .findFirst()
        .orElseThrow(
            () ->
                impossible(
                    stored,
                    "unit '"
                        + stored.unit()
                        + "' has no generation with the hash "
                        + stored.codeHash()));
  }

  private @Nullable StateVersion state(VerdictRecord stored) {
    String hash = stored.stateHash();
    if (hash == null) {
      throw impossible(stored, "the state of its instance could not be read then");
    }
    if (hash.isEmpty()) {
      return null;
    }
    return history
        .stateVersion(hash)
        .orElseThrow(() -> impossible(stored, "its state " + hash + " is no longer stored"));
  }

  /** The window as it was: every stored scrape from the oldest that it held to the tick. */
  private Windows windows(VerdictRecord stored, Target target) {
    long from = stored.windowFrom().toEpochMilli();
    long to = stored.at().toEpochMilli();
    StoredSamples samples = new StoredSamples(history, target.id());
    List<SeriesData> data = samples.whole(from, to);
    boolean there =
        data.stream()
            .anyMatch(series -> series.size() > 0 && series.epochMillis(series.size() - 1) == to);
    if (!there) {
      throw impossible(stored, "the samples of its tick are no longer stored");
    }
    Windows windows = new Windows(target.id(), target.scrapeInterval(), catalog);
    windows.restore(data);
    return windows;
  }

  private static MonitorException impossible(VerdictRecord stored, String why) {
    return new MonitorException(
        REPLAY_IMPOSSIBLE,
        Blame.ENVIRONMENT,
        "The verdict of "
            + stored.guardrail()
            + " on "
            + stored.target()
            + " at "
            + stored.at()
            + " cannot be reached again: "
            + why);
  }
}
