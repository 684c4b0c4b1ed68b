package io.vllmmonitor.core.telemetry;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;

/**
 * What code of others threw, as plain text: an exception that was kept would hold on to the class
 * loader of its plugin. Made wherever the core calls an extension, on the thread of the call.
 * Immutable.
 *
 * @param message cut to 1,000 characters
 */
public record CaughtFailure(ErrorCode code, Blame blame, String message) {
  private static final int LONGEST = 1_000;

  public CaughtFailure {
    requireNonNull(code, "code");
    requireNonNull(blame, "blame");
    message = message.length() > LONGEST ? message.substring(0, LONGEST) : message;
  }

  /**
   * Turns anything thrown, errors included, into text.
   *
   * @param otherwise the code when the failure brings none of its own
   */
  public static CaughtFailure of(Throwable thrown, ErrorCode otherwise) {
    if (thrown instanceof MonitorException known) {
      return new CaughtFailure(known.code(), known.blame(), String.valueOf(known.getMessage()));
    }
    return new CaughtFailure(
        otherwise, Blame.PLUGIN, thrown.getClass().getName() + ": " + messageOf(thrown));
  }

  private static String messageOf(Throwable thrown) {
    try {
      return String.valueOf(thrown.getMessage());
    } catch (Throwable e) {
      // getMessage is code of others too.
      return "(its message cannot be read)";
    }
  }
}
