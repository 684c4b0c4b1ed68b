package io.vllmmonitor.core.plugin;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the classes of plugin jars call since {@link JarTransform} has put the calls there. Public
 * only for that. Thread-safe.
 */
@SuppressWarnings("DoNotCallSuggester") // instrumented classes call them in place of others
public final class PluginGuard {
  private static final Set<Thread> CANCELLED = ConcurrentHashMap.newKeySet();

  /**
   * Whether any thread is to be cancelled; one plain read on the way of every loop. Written
   * together with the set, so that nobody's end hides another one's beginning.
   */
  private static volatile boolean any;

  private PluginGuard() {}

  /** At every method entry and before every backward jump; throws in a thread that is cancelled. */
  public static void check() {
    if (any && CANCELLED.contains(Thread.currentThread())) {
      throw new CallCancelled();
    }
  }

  /** In place of {@code System.exit}. */
  public static void exit(int status) {
    throw forbidden("System.exit(" + status + ")");
  }

  /** In place of {@code Runtime.exit}. */
  public static void exit(Runtime runtime, int status) {
    throw forbidden("Runtime.exit(" + status + ")");
  }

  /** In place of {@code Runtime.halt}. */
  public static void halt(Runtime runtime, int status) {
    throw forbidden("Runtime.halt(" + status + ")");
  }

  /** In place of {@code Runtime.addShutdownHook}. */
  public static void addShutdownHook(Runtime runtime, Thread hook) {
    throw forbidden("Runtime.addShutdownHook");
  }

  private static MonitorException forbidden(String call) {
    return new MonitorException(
        ErrorCode.PLUGIN_FORBIDDEN_CALL,
        Blame.PLUGIN,
        "It called "
            + call
            + ", which would end the daemon or outlive the plugin; throw an exception to fail, and"
            + " release in close() what must be released");
  }

  /** Makes the next check on a thread throw, and every one after it. */
  static synchronized void cancel(Thread thread) {
    CANCELLED.add(thread);
    any = true;
  }

  /** Lets go of threads that have ended. */
  static synchronized void forgetDead() {
    CANCELLED.removeIf(thread -> !thread.isAlive());
    any = !CANCELLED.isEmpty();
  }

  /** The thread is out of the code of the plugin. */
  static synchronized void release(Thread thread) {
    CANCELLED.remove(thread);
    any = !CANCELLED.isEmpty();
  }
}
