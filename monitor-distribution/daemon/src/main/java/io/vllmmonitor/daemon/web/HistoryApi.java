package io.vllmmonitor.daemon.web;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.guardrail.FiringStatus;
import io.vllmmonitor.api.history.AuditAction;
import io.vllmmonitor.api.history.AuditEntry;
import io.vllmmonitor.api.history.History;
import io.vllmmonitor.api.history.HistoryQuery;
import io.vllmmonitor.api.history.Page;
import io.vllmmonitor.api.incident.Incident;
import io.vllmmonitor.api.incident.IncidentStatus;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.lifecycle.LifecycleState;
import io.vllmmonitor.api.mitigation.AttemptStatus;
import io.vllmmonitor.api.outcome.MitigationOutcome;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What was remembered: one list per kind of record. */
final class HistoryApi {
  // A firing is stored under the time it fired, moments before or after its incident opened.
  private static final Duration SLACK = Duration.ofMinutes(1);

  private final History history;

  HistoryApi(History history) {
    this.history = history;
  }

  Object checkpoints(Parameters parameters) {
    return Listing.of(
        history.checkpoints(parameters.page(), parameters.constant("state", LifecycleState.class)));
  }

  Object firings(Parameters parameters) {
    return Listing.of(
        history.firings(
            parameters.page(),
            parameters.text("guardrail"),
            parameters.constant("status", FiringStatus.class)));
  }

  Object incidents(Parameters parameters) {
    return Listing.of(
        history.incidents(parameters.page(), parameters.constant("status", IncidentStatus.class)));
  }

  Object attempts(Parameters parameters) {
    return Listing.of(
        history.attempts(
            parameters.page(),
            parameters.text("strategy"),
            parameters.constant("status", AttemptStatus.class),
            parameters.constant("outcome", MitigationOutcome.class)));
  }

  Object predictions(Parameters parameters) {
    return Listing.of(
        history.predictions(
            parameters.page(),
            parameters.constant("failure_type", FailureKind.class),
            parameters.share("min_probability")));
  }

  Object happyPaths(Parameters parameters) {
    return Listing.of(
        history.happyPaths(
            parameters.page(),
            parameters.text("name"),
            parameters.constant("start_state", LifecycleState.class),
            parameters.constant("end_state", LifecycleState.class)));
  }

  Object learning(Parameters parameters) {
    return Listing.of(
        history.learningEvents(
            parameters.page(),
            parameters.text("situation"),
            parameters.text("strategy"),
            parameters.constant("outcome", MitigationOutcome.class)));
  }

  Object audit(Parameters parameters) {
    return Listing.of(
        history.audit(
            parameters.page(),
            parameters.constant("action", AuditAction.class),
            parameters.text("actor"),
            parameters.text("subject"),
            parameters.constant("result", AuditEntry.Result.class)));
  }

  /** One incident with its firings and attempts in full, oldest first. */
  Object incident(String id) {
    Incident incident =
        history
            .incident(id)
            .orElseThrow(
                () ->
                    new MonitorException(
                        ErrorCode.HTTP_NOT_FOUND,
                        Blame.OPERATOR,
                        "No incident '"
                            + Text.shorten(id, 100)
                            + "'; list them at /api/v1/incidents"));
    ObjectNode whole = WebJson.tree(incident);
    ArrayNode firings = whole.putArray("firings");
    Set<String> wanted = new HashSet<>(incident.firings());
    everyPage(
        around(incident),
        query -> history.firings(query, null, null),
        firing -> addIf(firings, firing, wanted.contains(firing.id())));
    ArrayNode attempts = whole.putArray("attempts");
    everyPage(
        around(incident),
        query -> history.attempts(query, null, null, null),
        attempt -> addIf(attempts, attempt, attempt.incidentId().equals(id)));
    return whole;
  }

  private static HistoryQuery around(Incident incident) {
    @Nullable Instant closedAt = incident.closedAt();
    return HistoryQuery.newestOf(incident.target())
        .between(incident.openedAt().minus(SLACK), closedAt == null ? null : closedAt.plus(SLACK))
        .withLimit(1_000);
  }

  private static <T> void everyPage(
      HistoryQuery first, Function<HistoryQuery, Page<T>> read, Consumer<T> each) {
    HistoryQuery query = first;
    while (true) {
      Page<T> page = read.apply(query);
      page.items().forEach(each);
      if (page.next() == null) {
        return;
      }
      query = query.after(page.next());
    }
  }

  private static void addIf(ArrayNode into, Object entity, boolean belongs) {
    if (belongs) {
      into.insert(0, WebJson.tree(entity)); // pages come newest first
    }
  }
}
