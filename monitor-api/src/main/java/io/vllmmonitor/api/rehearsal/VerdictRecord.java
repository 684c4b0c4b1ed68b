package io.vllmmonitor.api.rehearsal;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.guardrail.Severity;
import io.vllmmonitor.api.target.TargetId;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One verdict of one guardrail with everything that is needed to reach it again from the store.
 * Immutable.
 *
 * @param id unique, sortable by time
 * @param at the instant of the view; the tick that was judged
 * @param guardrail id of the guardrail
 * @param unit id of the plugin or dropped source it came from
 * @param codeHash SHA-256 (hex) of the code that judged; a blob of that name exists
 * @param severity what a breach said of itself; null when it left that to the specification
 * @param reason of a breach its reason, of an unknown what was missing, of a pass nothing
 * @param firing what the view answered to {@code firing()}
 * @param stateHash the {@link StateVersion} of the instance before the call; empty for an instance
 *     that had no state, null for one whose state could not be read
 * @param stateVersion of the writer of that state
 * @param windowFrom the oldest scrape that the view could see
 * @param scrapeInterval of the target; what is fresh follows from it
 * @param evaluations how often this instance had been asked, this time included
 * @param seed what its randomness followed from, 53 bits; null in entries of earlier versions,
 *     which were not seeded
 * @param configHash the configuration of the unit that the instance was made with, stored as a
 *     {@link StateVersion}; empty for none, null in entries of earlier versions, which do not tell
 */
public record VerdictRecord(
    String id,
    TargetId target,
    Instant at,
    String guardrail,
    String unit,
    String codeHash,
    VerdictKind kind,
    @Nullable Severity severity,
    String reason,
    boolean firing,
    @Nullable String stateHash,
    int stateVersion,
    Instant windowFrom,
    Duration scrapeInterval,
    long evaluations,
    @Nullable Long seed,
    @Nullable String configHash) {
  public VerdictRecord {
    requireNonNull(id, "id");
    requireNonNull(target, "target");
    requireNonNull(at, "at");
    requireNonNull(guardrail, "guardrail");
    requireNonNull(unit, "unit");
    requireNonNull(codeHash, "codeHash");
    requireNonNull(kind, "kind");
    requireNonNull(reason, "reason");
    requireNonNull(windowFrom, "windowFrom");
    requireNonNull(scrapeInterval, "scrapeInterval");
  }
}
