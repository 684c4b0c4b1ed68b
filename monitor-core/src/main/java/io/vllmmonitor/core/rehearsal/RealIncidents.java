package io.vllmmonitor.core.rehearsal;

import io.vllmmonitor.api.guardrail.GuardrailFiring;
import io.vllmmonitor.api.history.History;
import io.vllmmonitor.api.history.HistoryQuery;
import io.vllmmonitor.api.incident.Incident;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.lifecycle.LifecycleState;
import io.vllmmonitor.api.lifecycle.StateCheckpoint;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.core.history.Pages;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The stored incidents that more than one witness saw. Incidents open from firings, so one that a
 * single guardrail opened proves nothing about it: an incident is real when the target also came
 * into a state of failure within it or shortly before, or when two guardrails fired in it.
 * Immutable.
 */
final class RealIncidents {
  /** How long before an incident a failure of the target still belongs to it. */
  static final Duration BEFORE = Duration.ofMinutes(5);

  /** How long before an incident a firing that is over still counts as having told of it. */
  static final Duration HORIZON = Duration.ofMinutes(15);

  /** Incidents and firings may have begun long before the time that is asked for. */
  private static final Duration LOOK_BACK = Duration.ofDays(1);

  private final List<RealIncident> all;

  private RealIncidents(List<RealIncident> all) {
    this.all = List.copyOf(all);
  }

  /**
   * One of them. Immutable.
   *
   * @param failedAt when the target came into a state of failure; null when it did not
   * @param firedAt the first firing in it by guardrail
   */
  record RealIncident(Incident incident, @Nullable Instant failedAt, Map<String, Instant> firedAt) {
    RealIncident {
      firedAt = Map.copyOf(firedAt);
    }

    private boolean isReal() {
      return failedAt != null || firedAt.size() >= 2;
    }

    /** When the first witness other than this guardrail saw it. */
    Instant evidenceBesides(String guardrail) {
      Instant first = failedAt;
      for (Map.Entry<String, Instant> firing : firedAt.entrySet()) {
        boolean other = !firing.getKey().equals(guardrail);
        if (other && (first == null || firing.getValue().isBefore(first))) {
          first = firing.getValue();
        }
      }
      // A real incident has two witnesses, so one is left.
      return first == null ? incident.openedAt() : first;
    }

    /** Whether a firing told of it: it began before the end and lasted until near the begin. */
    boolean isToldBy(FiringSpan firing) {
      Instant closed = incident.closedAt();
      Instant cleared = firing.to();
      return firing.target().equals(incident.target())
          && (closed == null || !firing.from().isAfter(closed))
          && (cleared == null || !cleared.isBefore(incident.openedAt().minus(HORIZON)));
    }
  }

  /**
   * Reads the incidents that touch a stretch of time. May block on the disk.
   *
   * @param target null means all targets
   */
  static RealIncidents read(History history, @Nullable TargetId target, Instant from, Instant to) {
    HistoryQuery query =
        HistoryQuery.newest().withTarget(target).between(from.minus(LOOK_BACK), to);
    Map<String, GuardrailFiring> firings = new HashMap<>();
    Pages.all(query, page -> history.firings(page, null, null))
        .forEach(firing -> firings.put(firing.id(), firing));
    Map<TargetId, List<Instant>> failures = new HashMap<>();
    for (StateCheckpoint checkpoint : Pages.all(query, page -> history.checkpoints(page, null))) {
      if (isFailure(checkpoint)) {
        failures.computeIfAbsent(checkpoint.target(), id -> new ArrayList<>()).add(checkpoint.at());
      }
    }
    List<RealIncident> real = new ArrayList<>();
    for (Incident incident : Pages.all(query, page -> history.incidents(page, null))) {
      Instant closed = incident.closedAt();
      if (closed == null || closed.isAfter(from)) {
        RealIncident seen =
            new RealIncident(
                incident,
                failedWithin(incident, failures.getOrDefault(incident.target(), List.of())),
                firedIn(incident, firings));
        if (seen.isReal()) {
          real.add(seen);
        }
      }
    }
    return new RealIncidents(real);
  }

  private static boolean isFailure(StateCheckpoint checkpoint) {
    return checkpoint.state().phase() == LifecycleState.Phase.FAILURE
        || checkpoint.state() == LifecycleState.TERMINATED;
  }

  private static @Nullable Instant failedWithin(Incident incident, List<Instant> failures) {
    Instant from = incident.openedAt().minus(BEFORE);
    Instant closed = incident.closedAt();
    Instant first = null;
    for (Instant failure : failures) {
      boolean within = !failure.isBefore(from) && (closed == null || !failure.isAfter(closed));
      if (within && (first == null || failure.isBefore(first))) {
        first = failure;
      }
    }
    return first;
  }

  private static Map<String, Instant> firedIn(
      Incident incident, Map<String, GuardrailFiring> firings) {
    Map<String, Instant> first = new TreeMap<>();
    for (String id : incident.firings()) {
      GuardrailFiring firing = firings.get(id);
      if (firing != null) {
        first.merge(
            firing.guardrail(), firing.firedAt(), (one, two) -> one.isBefore(two) ? one : two);
      }
    }
    return first;
  }

  /** Those of a kind on a target that touch a stretch of time. */
  List<RealIncident> of(@Nullable FailureKind kind, @Nullable TargetId target, Instant since) {
    return all.stream()
        .filter(one -> one.incident().kind() == kind)
        .filter(one -> target == null || one.incident().target().equals(target))
        .filter(
            one -> {
              Instant closed = one.incident().closedAt();
              return closed == null || closed.isAfter(since);
            })
        .toList();
  }
}
