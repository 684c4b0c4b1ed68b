package io.vllmmonitor.api.error;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * The one exception family of the monitor and its plugins. The message names the thing, what was
 * found, what was expected and what to do; the code is stable; the blame says who can mend it.
 * Thrown from any thread.
 */
public final class MonitorException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;
  private final Blame blame;

  /**
   * @param message what was found, what was expected, what to do
   */
  public MonitorException(ErrorCode code, Blame blame, String message) {
    this(code, blame, message, null);
  }

  /**
   * @param message what was found, what was expected, what to do
   * @param cause for the log; null when there is none
   */
  public MonitorException(ErrorCode code, Blame blame, String message, @Nullable Throwable cause) {
    super(requireNonNull(message, "message"), cause);
    this.code = requireNonNull(code, "code");
    this.blame = requireNonNull(blame, "blame");
  }

  /** What went wrong, as a stable code. */
  public ErrorCode code() {
    return code;
  }

  /** Whose business it is to do something about it. */
  public Blame blame() {
    return blame;
  }

  /** Never null. */
  @Override
  public String getMessage() {
    return requireNonNull(super.getMessage(), "message");
  }

  /** The message with its code in front, as logs and the command line print it. */
  public String describe() {
    return code.label() + " " + code + ": " + getMessage();
  }
}
