package io.vllmmonitor.core.mitigation;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.history.History;
import io.vllmmonitor.api.history.HistoryQuery;
import io.vllmmonitor.api.history.Recorder;
import io.vllmmonitor.api.mitigation.AttemptStatus;
import io.vllmmonitor.api.mitigation.MitigationAttempt;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.core.history.Pages;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The attempts of one target that still matter: what the gates count, what runs, what is to be
 * measured. Everything goes into the history first and into this memory after, so that both agree
 * after any crash. Confined to the target's thread.
 */
public final class AttemptLedger {
  /** Longer than any cap, cooldown or window asks; open incidents may reach back further. */
  private static final Duration REACH = Duration.ofDays(30);

  /** Advice and refusals matter only as long as they are not to be repeated. */
  private static final Duration ADVICE_REACH = Duration.ofDays(1);

  private final TargetId target;
  private final Recorder recorder;
  private final History history;
  private final InstantSource clock;
  private final Map<String, MitigationAttempt> attempts = new TreeMap<>();

  public AttemptLedger(TargetId target, Recorder recorder, History history, InstantSource clock) {
    this.target = requireNonNull(target, "target");
    this.recorder = requireNonNull(recorder, "recorder");
    this.history = requireNonNull(history, "history");
    this.clock = requireNonNull(clock, "clock");
  }

  /** Loads what matters; called by {@link MitigationDesk#restore}. */
  void restore(Instant oldestIncident) {
    Instant now = clock.instant();
    Instant reach = now.minus(REACH);
    Instant from = oldestIncident.isBefore(reach) ? oldestIncident : reach;
    for (AttemptStatus status : AttemptStatus.values()) {
      HistoryQuery query = HistoryQuery.newestOf(target).between(since(status, now, from), null);
      Pages.all(query, page -> history.attempts(page, null, status, null))
          .forEach(attempt -> attempts.put(attempt.id(), attempt));
    }
  }

  private static Instant since(AttemptStatus status, Instant now, Instant from) {
    return switch (status) {
      // Whatever was on its way must be settled, however long the daemon was down.
      case PLANNED, APPROVED, DISPATCHED -> Instant.EPOCH;
      case SUCCEEDED, FAILED, UNKNOWN -> from;
      case ADVISED, REFUSED, EXPIRED -> now.minus(ADVICE_REACH);
    };
  }

  /**
   * Stores an attempt, new or changed.
   *
   * @throws io.vllmmonitor.api.error.MonitorException when the store refuses; then nothing changed
   */
  public void store(MitigationAttempt attempt) {
    store(attempt, entries -> {});
  }

  /** Stores an attempt and whatever else belongs into its transaction. */
  public void store(MitigationAttempt attempt, Consumer<Recorder.Entries> more) {
    recorder.write(
        entries -> {
          entries.attempt(attempt);
          more.accept(entries);
        });
    attempts.put(attempt.id(), attempt);
    prune();
  }

  /** All that are remembered, oldest first. */
  public List<MitigationAttempt> all() {
    return List.copyOf(attempts.values());
  }

  /** Those that may have had an effect, oldest first. */
  public List<MitigationAttempt> dispatched() {
    return attempts.values().stream().filter(attempt -> attempt.dispatchedAt() != null).toList();
  }

  /** Those whose outcome is still to be measured, oldest first. */
  public List<MitigationAttempt> unverified() {
    return attempts.values().stream()
        .filter(attempt -> attempt.outcome() == null && attempt.verifyAt() != null)
        .toList();
  }

  /** Those that were sent and are neither finished nor measured, oldest first. */
  public List<MitigationAttempt> inFlight() {
    return dispatched().stream()
        .filter(
            attempt ->
                attempt.finishedAt() == null
                    || (attempt.outcome() == null && attempt.verifyAt() != null))
        .toList();
  }

  private void prune() {
    Instant now = clock.instant();
    Instant old = now.minus(REACH);
    Instant oldAdvice = now.minus(ADVICE_REACH);
    attempts
        .values()
        .removeIf(
            attempt ->
                switch (attempt.status()) {
                  case PLANNED, APPROVED, DISPATCHED -> false;
                  case SUCCEEDED, FAILED, UNKNOWN ->
                      attempt.plannedAt().isBefore(old)
                          && attempt.finishedAt() != null
                          && attempt.verifyAt() == null;
                  case ADVISED, REFUSED, EXPIRED -> attempt.plannedAt().isBefore(oldAdvice);
                });
  }
}
