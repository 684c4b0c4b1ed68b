package io.vllmmonitor.core.notify;

import io.vllmmonitor.api.guardrail.FiringStatus;
import io.vllmmonitor.api.guardrail.GuardrailFiring;
import io.vllmmonitor.api.guardrail.Severity;
import io.vllmmonitor.api.incident.Incident;
import io.vllmmonitor.api.incident.IncidentStatus;
import io.vllmmonitor.api.mitigation.AttemptStatus;
import io.vllmmonitor.api.mitigation.MitigationAttempt;
import io.vllmmonitor.api.notify.Notification;
import io.vllmmonitor.api.notify.Notification.Topic;
import io.vllmmonitor.api.prediction.ActualOutcome;
import io.vllmmonitor.api.prediction.FailurePrediction;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Says in words what was written. Firings in shadow are no news, nor is an attempt that is still
 * being weighed or was only written again. Thread-safe.
 */
final class NewsDesk {
  private static final int MOST_ATTEMPTS = 1_000;

  /** What was told of the newest attempts last, by id. */
  private final Map<String, String> told =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
          return size() > MOST_ATTEMPTS;
        }
      };

  List<Notification> newsOf(Written written) {
    List<Notification> news = new ArrayList<>();
    Set<String> begun = new HashSet<>();
    for (GuardrailFiring firing : written.firings) {
      if (!firing.shadow()) {
        news.add(of(firing));
        if (firing.status() == FiringStatus.FIRING) {
          begun.add(firing.id());
        }
      }
    }
    for (Incident incident : written.incidents) {
      if (incident.status() == IncidentStatus.CLOSED) {
        news.add(closed(incident));
      } else if (begun.containsAll(incident.firings())) {
        // None of its firings is older than this transaction, so it begins with it.
        news.add(opened(incident));
      }
    }
    for (MitigationAttempt attempt : written.attempts) {
      if (isNew(attempt)) {
        news.add(of(attempt));
      }
    }
    written.predictions.forEach(prediction -> news.add(of(prediction)));
    return news;
  }

  private static Notification of(GuardrailFiring firing) {
    Instant cleared = firing.clearedAt();
    return cleared == null
        ? new Notification(
            Topic.FIRING_BEGAN,
            firing.id(),
            firing.firedAt(),
            firing.severity(),
            firing.target(),
            firing.guardrail(),
            firing.reason())
        : new Notification(
            Topic.FIRING_CLEARED,
            firing.id(),
            cleared,
            firing.severity(),
            firing.target(),
            firing.guardrail(),
            "Cleared after " + seconds(firing.firedAt(), cleared) + "; it was: " + firing.reason());
  }

  private static Notification opened(Incident incident) {
    return new Notification(
        Topic.INCIDENT_OPENED,
        incident.id(),
        incident.openedAt(),
        incident.severity(),
        incident.target(),
        incident.kind().name(),
        incident.summary());
  }

  private static Notification closed(Incident incident) {
    Instant at = Objects.requireNonNullElse(incident.closedAt(), incident.openedAt());
    return new Notification(
        Topic.INCIDENT_CLOSED,
        incident.id(),
        at,
        incident.severity(),
        incident.target(),
        incident.kind().name(),
        "Closed after " + seconds(incident.openedAt(), at) + "; it was: " + incident.summary());
  }

  private boolean isNew(MitigationAttempt attempt) {
    if (attempt.status() == AttemptStatus.PLANNED || attempt.status() == AttemptStatus.APPROVED) {
      // Dispatched, refused or expired within moments, and that is told.
      return false;
    }
    String now = attempt.status() + "/" + attempt.outcome();
    synchronized (told) {
      return !now.equals(told.put(attempt.id(), now));
    }
  }

  private static Notification of(MitigationAttempt attempt) {
    String outcome = attempt.outcome() == null ? "" : "; outcome " + attempt.outcome().name();
    String reason = attempt.outcomeReason().isEmpty() ? "" : ": " + attempt.outcomeReason();
    return new Notification(
        Topic.MITIGATION_ATTEMPT,
        attempt.id(),
        latest(attempt),
        severity(attempt),
        attempt.target(),
        attempt.strategy(),
        attempt.status() + " against " + attempt.kind() + outcome + reason);
  }

  private static Instant latest(MitigationAttempt attempt) {
    @Nullable Instant finished = attempt.finishedAt();
    return finished != null
        ? finished
        : Objects.requireNonNullElse(attempt.dispatchedAt(), attempt.plannedAt());
  }

  private static Severity severity(MitigationAttempt attempt) {
    return switch (attempt.status()) {
      case FAILED, UNKNOWN -> Severity.ERROR;
      case PLANNED, APPROVED, DISPATCHED, SUCCEEDED, EXPIRED, ADVISED, REFUSED -> Severity.WARNING;
    };
  }

  private static Notification of(FailurePrediction prediction) {
    ActualOutcome actual = prediction.actualOutcome();
    String message =
        String.format(
            Locale.ROOT,
            "%s expected with probability %.2f%s%s%s",
            prediction.failureType(),
            prediction.probability(),
            prediction.timeToFailure() == null
                ? ""
                : " in " + prediction.timeToFailure().toSeconds() + " s",
            prediction.contributingFactors().isEmpty()
                ? ""
                : ": " + String.join(", ", prediction.contributingFactors()),
            actual == null ? "" : "; " + actual.result() + ": " + actual.explanation());
    return new Notification(
        Topic.PREDICTION,
        prediction.id(),
        actual == null ? prediction.at() : actual.resolvedAt(),
        Severity.WARNING,
        prediction.target(),
        prediction.predictor(),
        message);
  }

  private static String seconds(Instant from, Instant to) {
    return Duration.between(from, to).toSeconds() + " s";
  }
}
