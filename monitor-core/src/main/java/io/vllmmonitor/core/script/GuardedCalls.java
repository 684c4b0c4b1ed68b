package io.vllmmonitor.core.script;

import static io.vllmmonitor.api.error.ErrorCode.GUARDRAIL_BUDGET_EXHAUSTED;
import static io.vllmmonitor.api.error.ErrorCode.GUARDRAIL_COMPILE;
import static io.vllmmonitor.api.error.ErrorCode.GUARDRAIL_EVALUATION;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import java.lang.reflect.InvocationTargetException;
import java.util.function.IntConsumer;

/**
 * Runs calls into a dropped source: arms the budget, and turns everything thrown into a {@link
 * MonitorException} that holds text only. Confined to the calling thread per call.
 */
final class GuardedCalls {
  private static final int LONGEST_MESSAGE = 500;

  private final String file;
  private final String simpleName;
  private final Limits limits;

  /**
   * @param file the file as people know it, perhaps with its folder, for messages
   */
  GuardedCalls(String file, Limits limits) {
    this.file = file;
    this.simpleName = file.substring(file.lastIndexOf('/') + 1);
    this.limits = limits;
  }

  /** The file as people know it. */
  String file() {
    return file;
  }

  /** A call with an answer. */
  interface Call<T> {
    T call() throws Throwable;
  }

  /**
   * Makes a call under a fresh budget.
   *
   * @param allocated takes the bytes that the call allocated, roughly, however it ended
   */
  <T> T answer(String what, Call<T> call, IntConsumer allocated) {
    Budget.Meter meter = Budget.arm(limits);
    try {
      return call.call();
    } catch (Throwable e) {
      // Still armed: the message of an own exception class is code of the source, too.
      throw translate(what, e);
    } finally {
      allocated.accept(Budget.disarm(meter));
    }
  }

  private MonitorException translate(String what, Throwable thrown) {
    Throwable root = thrown;
    while ((root instanceof ExceptionInInitializerError
            || root instanceof InvocationTargetException)
        && root.getCause() != null) {
      root = root.getCause();
    }
    String place = place(root);
    if (root instanceof MonitorException known) {
      return failure(known.code(), String.valueOf(known.getMessage()), place);
    }
    if (root instanceof BudgetExhausted || root instanceof VirtualMachineError) {
      return failure(
          GUARDRAIL_BUDGET_EXHAUSTED, what + " used up its budget: " + message(root), place);
    }
    if (root instanceof LinkageError || root instanceof ReflectiveOperationException) {
      return failure(GUARDRAIL_COMPILE, "cannot be linked: " + message(root), place);
    }
    return failure(
        GUARDRAIL_EVALUATION,
        what + " threw " + root.getClass().getSimpleName() + ": " + message(root),
        place);
  }

  private MonitorException failure(ErrorCode code, String message, String place) {
    return new MonitorException(
        code, Blame.PLUGIN, message.startsWith(file) ? message : place + ": " + message);
  }

  private String place(Throwable thrown) {
    for (StackTraceElement element : thrown.getStackTrace()) {
      if (simpleName.equals(element.getFileName()) && element.getLineNumber() > 0) {
        return file + " line " + element.getLineNumber();
      }
    }
    return file;
  }

  private static String message(Throwable thrown) {
    String message;
    try {
      message = String.valueOf(thrown.getMessage());
    } catch (Throwable e) {
      // getMessage() of an own exception class may throw or exhaust the budget.
      return "(its message cannot be read)";
    }
    return message.length() > LONGEST_MESSAGE ? message.substring(0, LONGEST_MESSAGE) : message;
  }
}
