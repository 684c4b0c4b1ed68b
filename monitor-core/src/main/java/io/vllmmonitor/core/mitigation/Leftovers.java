package io.vllmmonitor.core.mitigation;

import io.vllmmonitor.api.history.RestoreReport;
import io.vllmmonitor.api.mitigation.AttemptStatus;
import io.vllmmonitor.api.mitigation.MitigationAttempt;
import java.time.Instant;
import java.util.Optional;

/** What becomes of attempts that a process left on their way. Stateless. */
final class Leftovers {
  static final String STOPPED = "The daemon stopped while it ran; observed, never repeated";

  private Leftovers() {}

  /** Whether its rollback is still to be run. */
  static boolean awaitsUndo(MitigationAttempt attempt) {
    return attempt.status() == AttemptStatus.UNKNOWN
        && attempt.dispatchedAt() != null
        && attempt.finishedAt() == null;
  }

  /** The attempt as this process takes it over; the same one when it was not on its way. */
  static MitigationAttempt settled(MitigationAttempt attempt, boolean undoWanted, Instant now) {
    return switch (attempt.status()) {
      case PLANNED, APPROVED ->
          attempt.toBuilder()
              .status(AttemptStatus.EXPIRED)
              .outcomeReason("The daemon stopped before it was sent")
              .build();
      case DISPATCHED ->
          undoWanted
              ? attempt.toBuilder().status(AttemptStatus.UNKNOWN).outcomeReason(STOPPED).build()
              : over(attempt, STOPPED + "; not undone", now);
      case UNKNOWN ->
          awaitsUndo(attempt) && !undoWanted
              ? over(attempt, STOPPED + "; not undone", now)
              : attempt;
      case SUCCEEDED, FAILED, EXPIRED, ADVISED, REFUSED -> attempt;
    };
  }

  /** Nothing more is sent; what is left is to measure. */
  static MitigationAttempt over(MitigationAttempt attempt, String why, Instant now) {
    return attempt.toBuilder()
        .status(AttemptStatus.UNKNOWN)
        .finishedAt(now)
        .verifyAt(now.plus(attempt.plan().verificationWindow()))
        .outcomeReason(why)
        .build();
  }

  /** What the restart report says; empty for attempts that were over. */
  static Optional<RestoreReport.Item> item(MitigationAttempt found, MitigationAttempt settled) {
    boolean untouched = found.equals(settled);
    boolean measuring = settled.outcome() == null && settled.verifyAt() != null;
    if (untouched && !measuring && !awaitsUndo(settled)) {
      return Optional.empty();
    }
    String detail =
        found.status()
            + (untouched ? "" : " became " + settled.status())
            + (awaitsUndo(settled) ? ", its rollback runs when the server answers" : "")
            + (measuring ? ", to be measured at " + settled.verifyAt() : "");
    return Optional.of(
        new RestoreReport.Item(
            "attempt",
            settled.id() + " (" + settled.strategy() + " on " + settled.target() + ")",
            untouched ? RestoreReport.Status.RESTORED : RestoreReport.Status.CHANGED,
            detail,
            found.plannedAt()));
  }
}
