package io.vllmmonitor.core.outcome;

import static java.util.Objects.requireNonNullElse;

import io.vllmmonitor.api.guardrail.GuardrailFiring;
import io.vllmmonitor.api.history.History;
import io.vllmmonitor.api.history.HistoryQuery;
import io.vllmmonitor.api.incident.Incident;
import io.vllmmonitor.api.lifecycle.LifecycleState;
import io.vllmmonitor.api.lifecycle.StateCheckpoint;
import io.vllmmonitor.api.mitigation.MitigationAttempt;
import io.vllmmonitor.api.outcome.HappyPath;
import io.vllmmonitor.api.outcome.MetricProfile;
import io.vllmmonitor.api.outcome.MitigationOutcome;
import io.vllmmonitor.core.history.Pages;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A closed incident with what was done about it, what changed meanwhile and what fired, all oldest
 * first. Immutable.
 */
record EndedIncident(
    Incident incident,
    List<MitigationAttempt> attempts,
    List<StateCheckpoint> checkpoints,
    List<String> guardrails) {
  /** A firing is stored under the time it fired, moments before or after its incident opened. */
  private static final Duration SLACK = Duration.ofMinutes(1);

  static EndedIncident read(History history, Incident incident) {
    Instant closed = requireNonNullElse(incident.closedAt(), incident.openedAt());
    HistoryQuery around =
        HistoryQuery.newestOf(incident.target())
            .between(incident.openedAt().minus(SLACK), closed.plus(SLACK));
    List<MitigationAttempt> attempts =
        oldestFirst(Pages.all(around, query -> history.attempts(query, null, null, null)));
    List<StateCheckpoint> checkpoints =
        oldestFirst(Pages.all(around, query -> history.checkpoints(query, null)));
    Set<String> joined = new HashSet<>(incident.firings());
    List<String> guardrails =
        oldestFirst(Pages.all(around, query -> history.firings(query, null, null))).stream()
            .filter(firing -> joined.contains(firing.id()))
            .map(GuardrailFiring::guardrail)
            .distinct()
            .toList();
    return new EndedIncident(
        incident,
        attempts.stream().filter(one -> one.incidentId().equals(incident.id())).toList(),
        checkpoints,
        guardrails);
  }

  private static <T> List<T> oldestFirst(List<T> newestFirst) {
    List<T> reversed = new ArrayList<>(newestFirst);
    Collections.reverse(reversed);
    return reversed;
  }

  /** Whether an attempt was measured as its end. */
  boolean hasWorked() {
    return attempts.stream().anyMatch(one -> one.outcome() == MitigationOutcome.SUCCESS);
  }

  /** Its attempts in a few words. */
  String told() {
    return attempts.isEmpty()
        ? "nothing was tried"
        : attempts.stream()
            .map(
                one ->
                    one.strategy()
                        + " "
                        + (one.outcome() == null ? one.status().name() : one.outcome().name()))
            .collect(Collectors.joining(", "));
  }

  /** The path that led out of it; only when something has worked. */
  HappyPath path(String id, String name, String description, Instant now) {
    List<MitigationAttempt> helped = attempts.stream().filter(EndedIncident::helped).toList();
    Instant closed = requireNonNullElse(incident.closedAt(), incident.openedAt());
    return new HappyPath(
        id,
        name,
        description,
        incident.target(),
        helped.get(0).initialState(),
        endState(helped),
        helped.stream().map(MitigationAttempt::strategy).distinct().toList(),
        helped.stream().flatMap(one -> steps(one).stream()).toList(),
        checkpoints.stream().map(StateCheckpoint::id).toList(),
        helped.stream().map(MitigationAttempt::id).toList(),
        List.of(incident.id()),
        guardrails,
        profile(),
        Duration.between(incident.openedAt(), closed),
        1,
        attempts.stream().filter(EndedIncident::hurt).count(),
        closed,
        now);
  }

  private static boolean helped(MitigationAttempt attempt) {
    return attempt.outcome() == MitigationOutcome.SUCCESS
        || attempt.outcome() == MitigationOutcome.PARTIAL_SUCCESS;
  }

  private static boolean hurt(MitigationAttempt attempt) {
    return attempt.outcome() == MitigationOutcome.FAILURE
        || attempt.outcome() == MitigationOutcome.MADE_WORSE;
  }

  /** As it was measured after the last attempt, else as the last checkpoint has it. */
  private LifecycleState endState(List<MitigationAttempt> helped) {
    MitigationAttempt last = helped.get(helped.size() - 1);
    LifecycleState measured = last.finalState();
    if (measured != null) {
      return measured;
    }
    return checkpoints.isEmpty()
        ? last.initialState()
        : checkpoints.get(checkpoints.size() - 1).state();
  }

  private static List<HappyPath.Step> steps(MitigationAttempt attempt) {
    return attempt.plan().steps().stream()
        .map(step -> new HappyPath.Step(attempt.strategy(), step.action(), step.arguments()))
        .toList();
  }

  /** The metrics after each attempt that succeeded. */
  private Map<String, MetricProfile> profile() {
    Map<String, MetricProfile> profile = new TreeMap<>();
    for (MitigationAttempt attempt : attempts) {
      if (attempt.outcome() == MitigationOutcome.SUCCESS) {
        attempt
            .finalMetrics()
            .forEach(
                (metric, value) -> {
                  if (Double.isFinite(value)) {
                    profile.merge(metric, MetricProfile.of(value), MetricProfile::with);
                  }
                });
      }
    }
    return profile;
  }
}
