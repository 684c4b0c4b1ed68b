package io.vllmmonitor.core.rehearsal;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.guardrail.Severity;
import io.vllmmonitor.api.guardrail.Verdict;
import io.vllmmonitor.api.rehearsal.VerdictKind;
import io.vllmmonitor.api.rehearsal.VerdictRecord;
import org.jspecify.annotations.Nullable;

/**
 * A stored verdict beside the one that its code reaches again. Immutable.
 *
 * @param severity what the breach said of itself; null when it said nothing
 * @param reason of a breach, what an unknown misses, nothing of a pass
 */
public record ReplayedVerdict(
    VerdictRecord stored, VerdictKind kind, @Nullable Severity severity, String reason) {
  public ReplayedVerdict {
    requireNonNull(stored, "stored");
    requireNonNull(kind, "kind");
    requireNonNull(reason, "reason");
  }

  static ReplayedVerdict of(VerdictRecord stored, Verdict verdict) {
    return new ReplayedVerdict(
        stored,
        VerdictKind.of(verdict),
        verdict.match(pass -> null, Verdict.Breach::severity, unknown -> null),
        verdict.match(pass -> "", Verdict.Breach::reason, Verdict.Unknown::missing));
  }

  /** Whether kind, severity and reason are the same, to the last character. */
  public boolean identical() {
    return kind == stored.kind() && severity == stored.severity() && reason.equals(stored.reason());
  }
}
