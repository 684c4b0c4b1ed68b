package io.vllmmonitor.api.incident;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.guardrail.Severity;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.target.TargetId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One failure of one kind on one target, from its first firing until the last one has cleared. At
 * most one is open per target and kind. Immutable.
 *
 * @param id unique, sortable by time
 * @param severity the highest of its firings
 * @param summary the reason of its first firing
 * @param closedAt null while it is open
 * @param firings ids of the firings that joined it, oldest first
 */
public record Incident(
    String id,
    TargetId target,
    FailureKind kind,
    IncidentStatus status,
    Severity severity,
    String summary,
    Instant openedAt,
    @Nullable Instant closedAt,
    List<String> firings) {
  public Incident {
    requireNonNull(id, "id");
    requireNonNull(target, "target");
    requireNonNull(kind, "kind");
    requireNonNull(status, "status");
    requireNonNull(severity, "severity");
    requireNonNull(summary, "summary");
    requireNonNull(openedAt, "openedAt");
    firings = List.copyOf(firings);
  }

  /** The same incident with one more firing. */
  public Incident joinedBy(String firing, Severity severityOfFiring) {
    List<String> more = new ArrayList<>(firings);
    more.add(firing);
    Severity highest = severityOfFiring.compareTo(severity) > 0 ? severityOfFiring : severity;
    return new Incident(id, target, kind, status, highest, summary, openedAt, closedAt, more);
  }

  /** The same incident, over since that instant. */
  public Incident closed(Instant at) {
    return new Incident(
        id,
        target,
        kind,
        IncidentStatus.CLOSED,
        severity,
        summary,
        openedAt,
        requireNonNull(at, "at"),
        firings);
  }
}
