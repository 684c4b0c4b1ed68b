package io.vllmmonitor.api.history;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.target.TargetId;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who did what to the monitor, when, to what, and with which result. Written when it has ended,
 * well or not; never changed. Immutable.
 *
 * @param id unique, sortable by time
 * @param actor {@code cli:USER} for the command line, {@code rest} for another holder of the token,
 *     {@code embed} for the program around it, {@code monitor} for itself
 * @param subject what it was done to: a plugin, a directory, a target
 * @param target null when it is about no single target
 * @param detail one sentence for people; the coded error when it did not succeed
 * @param values the facts behind the sentence, by name; never a secret
 */
public record AuditEntry(
    String id,
    Instant at,
    String actor,
    AuditAction action,
    String subject,
    @Nullable TargetId target,
    Result result,
    String detail,
    Map<String, String> values) {
  public AuditEntry {
    requireNonNull(id, "id");
    requireNonNull(at, "at");
    requireNonNull(actor, "actor");
    requireNonNull(action, "action");
    requireNonNull(subject, "subject");
    requireNonNull(result, "result");
    requireNonNull(detail, "detail");
    values = Map.copyOf(values);
  }

  /** How it ended. */
  public enum Result {
    /** It was done. */
    DONE,
    /** Only tried out; nothing was changed. */
    DRY_RUN,
    /** It was not allowed or made no sense; nothing was changed. */
    REFUSED,
    /** It broke; the detail says how. */
    FAILED
  }
}
