package io.vllmmonitor.core.audit;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.history.AuditAction;
import io.vllmmonitor.api.target.TargetId;
import org.jspecify.annotations.Nullable;

/**
 * What somebody is about to do, before it is known how it ends. Immutable.
 *
 * @param actor as {@link io.vllmmonitor.api.history.AuditEntry#actor} has it
 * @param subject what it is done to
 * @param target null when it is about no single target
 * @param dryRun whether it only tries out
 */
public record Deed(
    String actor, AuditAction action, String subject, @Nullable TargetId target, boolean dryRun) {
  /** What the monitor calls itself as an actor. */
  public static final String MONITOR = "monitor";

  public Deed {
    requireNonNull(actor, "actor");
    requireNonNull(action, "action");
    requireNonNull(subject, "subject");
  }

  /** One in earnest, about no single target. */
  public Deed(String actor, AuditAction action, String subject) {
    this(actor, action, subject, null, false);
  }

  /** The same, in earnest or only tried out. */
  public Deed dryRun(boolean value) {
    return new Deed(actor, action, subject, target, value);
  }

  /** The same, about one target. */
  public Deed on(TargetId value) {
    return new Deed(actor, action, subject, value, dryRun);
  }
}
