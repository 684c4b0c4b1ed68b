package io.vllmmonitor.api.mitigation;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * What became of one step. Immutable.
 *
 * @param detail the server's answer or the error, without secrets, cut to 1,000 characters
 */
public record ActionResult(String action, Status status, String detail, Duration took) {
  /** How a step ended. */
  public enum Status {
    /** The server did what was asked, as far as it said. */
    DONE,
    /** The server refused or failed; nothing more was sent. */
    FAILED,
    /** It was sent and no answer came in time: it may or may not have happened. */
    UNKNOWN
  }

  private static final int LONGEST_DETAIL = 1_000;

  public ActionResult {
    requireNonNull(action, "action");
    requireNonNull(status, "status");
    requireNonNull(detail, "detail");
    requireNonNull(took, "took");
    detail = detail.length() > LONGEST_DETAIL ? detail.substring(0, LONGEST_DETAIL) : detail;
  }
}
