package io.vllmmonitor.core.plugin;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.core.worker.DeadlineWorker;
import io.vllmmonitor.core.worker.Outcome;
import java.util.concurrent.Callable;

/** Turns what strangers' code throws into text, and lets go of it. Stateless. */
final class Failures {
  private static final int LONGEST = 500;

  private Failures() {}

  /** Class and message of a failure. */
  static String describe(Throwable thrown) {
    String message;
    try {
      message = String.valueOf(thrown.getMessage());
    } catch (Throwable e) {
      // getMessage() of a plugin's own exception class may throw as well.
      message = "(its message cannot be read)";
    }
    String text = thrown.getClass().getSimpleName() + ": " + message;
    return text.length() > LONGEST ? text.substring(0, LONGEST) : text;
  }

  /**
   * Runs code of a unit on a worker.
   *
   * @param what the subject and the deed, such as {@code Plugin acme: its constructor}
   * @throws MonitorException what the code throws of this family, without its cause; else {@code
   *     code}
   */
  static <T> T run(DeadlineWorker worker, ErrorCode code, String what, Callable<T> call) {
    Outcome<T> outcome = worker.run(call);
    return switch (outcome.kind()) {
      case DONE -> {
        T value = outcome.value();
        if (value == null) {
          throw failure(code, what + " answered null");
        }
        yield value;
      }
      case FAILED -> {
        Throwable thrown = outcome.thrown();
        if (thrown instanceof MonitorException known) {
          throw new MonitorException(
              known.code(), known.blame(), String.valueOf(known.getMessage()));
        }
        throw failure(code, what + " threw " + describe(thrown));
      }
      case LATE ->
          throw failure(code, what + " did not end within " + worker.deadline().toMillis() + " ms");
      case REFUSED ->
          throw failure(
              code,
              what
                  + " was not started: "
                  + worker.abandoned()
                  + " calls of plugins never ended; restart the daemon");
    };
  }

  private static MonitorException failure(ErrorCode code, String message) {
    return new MonitorException(code, Blame.PLUGIN, message);
  }
}
