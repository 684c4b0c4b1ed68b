package io.vllmmonitor.api.rehearsal;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.target.TargetId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How one guardrail or predictor would have done on one target. Immutable.
 *
 * @param extension id of the guardrail or predictor
 * @param kind {@code guardrail} or {@code predictor}
 * @param failureKind what its firings count as; of a predictor what it forecast first, null where
 *     it forecast nothing
 * @param ticks how many scrapes it was asked about, failed ones included
 * @param verdicts how often it answered what: pass, breach, unknown; none, failure, unknown
 * @param firings how often it would have begun to fire
 * @param firingRatio the share of the ticks in which it would have been firing, 0 to 1
 * @param intervals the first {@value #MOST_INTERVALS} firings
 * @param incidents how many real incidents of its kind there were
 * @param caught how many of them it would have fired for
 * @param early how many of them it would have fired for before there was other evidence
 * @param medianLead of those caught: from its firing to the first other evidence; negative when it
 *     came later; null when none was caught
 * @param evaluationsPerSecond calls of its code per second spent in them
 * @param meanNanos of one call
 * @param p99Nanos of one call, to about 10 %
 * @param failures how many calls threw or were stopped
 * @param firstFailure the code and message of the first; null when there was none
 */
public record RehearsedExtension(
    String extension,
    String kind,
    TargetId target,
    @Nullable FailureKind failureKind,
    long ticks,
    Map<String, Long> verdicts,
    long firings,
    double firingRatio,
    List<Interval> intervals,
    int incidents,
    int caught,
    int early,
    @Nullable Duration medianLead,
    double evaluationsPerSecond,
    double meanNanos,
    long p99Nanos,
    long failures,
    @Nullable String firstFailure) {
  /** How many firings are listed. */
  public static final int MOST_INTERVALS = 20;

  public RehearsedExtension {
    requireNonNull(extension, "extension");
    requireNonNull(kind, "kind");
    requireNonNull(target, "target");
    verdicts = Map.copyOf(verdicts);
    intervals = List.copyOf(intervals);
  }

  /**
   * One firing.
   *
   * @param to null when it lasted at the end
   */
  public record Interval(Instant from, @Nullable Instant to) {
    public Interval {
      requireNonNull(from, "from");
    }
  }
}
