package io.vllmmonitor.core.rehearsal;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How a guardrail did against real incidents, with the code that runs now. Immutable.
 *
 * @param since what counts: since this code runs, at most 30 days
 * @param firings how often it fired, in shadow too
 * @param right firings that told of a real incident
 * @param wrong firings that are over and told of none
 * @param undecided firings that last and told of none so far
 * @param incidents real incidents of its kind on the targets that it watches
 * @param caught how many of them it told of
 * @param precision right / (right + wrong); null without a decided firing
 * @param recall caught / incidents; null without an incident
 * @param medianLead from its firing to the first other evidence; negative when it came later; null
 *     when it caught none
 */
public record TrackRecord(
    Instant since,
    int firings,
    int right,
    int wrong,
    int undecided,
    int incidents,
    int caught,
    @Nullable Double precision,
    @Nullable Double recall,
    @Nullable Duration medianLead) {
  public TrackRecord {
    requireNonNull(since, "since");
  }

  static TrackRecord of(Instant since, int firings, Score score) {
    int decided = score.right() + score.wrong();
    return new TrackRecord(
        since,
        firings,
        score.right(),
        score.wrong(),
        score.undecided(),
        score.incidents(),
        score.caught(),
        decided == 0 ? null : (double) score.right() / decided,
        score.incidents() == 0 ? null : (double) score.caught() / score.incidents(),
        score.medianLead());
  }
}
