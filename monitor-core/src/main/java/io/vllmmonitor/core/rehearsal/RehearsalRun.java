package io.vllmmonitor.core.rehearsal;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.api.history.History;
import io.vllmmonitor.api.prediction.FailurePredictor;
import io.vllmmonitor.api.rehearsal.RehearsedExtension;
import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.core.plugin.CandidateUnit;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs the guardrails and predictors of one candidate over stored time, target by target, tick by
 * tick. Used once, on a thread of its own.
 */
final class RehearsalRun {
  private static final int CHECK_EVERY = 64;

  private final History history;
  private final MetricCatalog catalog;
  private final LongSupplier nanos;
  private final long endNanos;
  private final List<RehearsedExtension> results = new ArrayList<>();
  private @Nullable Instant cutAt;

  RehearsalRun(History history, MetricCatalog catalog, LongSupplier nanos, Duration deadline) {
    this.history = requireNonNull(history, "history");
    this.catalog = requireNonNull(catalog, "catalog");
    this.nanos = requireNonNull(nanos, "nanos");
    this.endNanos = nanos.getAsLong() + deadline.toNanos();
  }

  /**
   * What came out.
   *
   * @param cutAt where its time was up; null when it came to its end
   */
  record Outcome(List<RehearsedExtension> results, @Nullable Instant cutAt) {}

  /** Runs everything. May take until the deadline. */
  Outcome over(CandidateUnit candidate, List<Target> targets, Instant from, Instant to) {
    for (Target target : targets) {
      if (isLate()) {
        cutAt = cutAt == null ? from : cutAt;
        break;
      }
      over(candidate, target, from, to);
    }
    results.sort(
        Comparator.comparing(RehearsedExtension::extension)
            .thenComparing(RehearsedExtension::target));
    return new Outcome(results, cutAt);
  }

  private void over(CandidateUnit candidate, Target target, Instant from, Instant to) {
    StoredSamples samples = new StoredSamples(history, target.id());
    long[] ticks = samples.ticks(from, to);
    if (ticks.length == 0) {
      return;
    }
    TickClock clock = new TickClock(Instant.ofEpochMilli(ticks[0]));
    try (CandidateUnit.Trial trial = candidate.trial(target, clock, false)) {
      List<Player> players = players(trial, candidate.generation().codeHash(), target);
      if (players.isEmpty()) {
        return;
      }
      play(players, new StoredScrapes(target, catalog, samples, ticks), ticks, clock);
      RealIncidents incidents = RealIncidents.read(history, target.id(), from, to);
      players.forEach(player -> results.add(player.result(incidents, from)));
    }
  }

  private void play(List<Player> all, StoredScrapes scrapes, long[] ticks, TickClock clock) {
    List<Player> players = new ArrayList<>(all);
    for (int i = 0; i < ticks.length; i++) {
      Instant at = Instant.ofEpochMilli(ticks[i]);
      if (i % CHECK_EVERY == 0 && isLate()) {
        cutAt = at;
        return;
      }
      clock.moveTo(at);
      scrapes.moveTo(i);
      for (Player player : players) {
        player.play(scrapes, at);
      }
      // Code that hangs in every call would take the whole of the time.
      players.removeIf(Player::isHopeless);
      if (players.isEmpty()) {
        return;
      }
    }
  }

  private List<Player> players(CandidateUnit.Trial trial, String codeHash, Target target) {
    List<Player> players = new ArrayList<>();
    for (Guardrail guardrail : trial.guardrails()) {
      players.add(new Player.OfGuardrail(target, codeHash, guardrail, nanos));
    }
    for (FailurePredictor predictor : trial.predictors()) {
      players.add(new Player.OfPredictor(target, codeHash, predictor, nanos));
    }
    return players;
  }

  private boolean isLate() {
    return nanos.getAsLong() - endNanos >= 0;
  }
}
