package io.vllmmonitor.api.notify;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.guardrail.Severity;
import io.vllmmonitor.api.target.TargetId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One piece of news. Immutable.
 *
 * @param id of the entity it is about, such as a firing's; the same id comes again when that entity
 *     changes
 * @param target null when it is about the daemon or a plugin
 * @param subject what it is about: a guardrail, a strategy, a predictor, a plugin
 * @param message one sentence for people
 */
public record Notification(
    Topic topic,
    String id,
    Instant at,
    Severity severity,
    @Nullable TargetId target,
    String subject,
    String message) {
  public Notification {
    requireNonNull(topic, "topic");
    requireNonNull(id, "id");
    requireNonNull(at, "at");
    requireNonNull(severity, "severity");
    requireNonNull(subject, "subject");
    requireNonNull(message, "message");
  }

  /** What a notification is about. */
  public enum Topic {
    /** A guardrail has begun to fire. */
    FIRING_BEGAN,
    /** A guardrail has ceased to fire. */
    FIRING_CLEARED,
    /** An incident has begun. */
    INCIDENT_OPENED,
    /** An incident is over. */
    INCIDENT_CLOSED,
    /** An attempt was advised, refused, sent, ended or measured. */
    MITIGATION_ATTEMPT,
    /** A failure is expected, or it is known what became of that. */
    PREDICTION,
    /** A plugin tells something of itself. */
    PLUGIN
  }
}
