package io.vllmmonitor.core.plugin;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.core.telemetry.Problems;
import io.vllmmonitor.core.worker.DeadlineWorker;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The life of the services of one set of instances. First it goes quiet: nothing starts by itself
 * any more, while the extensions are closed; then it is released: the plugin's own ends run, all
 * services end, and nothing of the plugin is held any longer. Thread-safe.
 */
final class ServiceScope {
  private static final int MOST_ENDS = 100;

  private final String unit;
  private final AtomicBoolean saveWanted = new AtomicBoolean();
  private final Object lock = new Object();
  private final Deque<Runnable> ends = new ArrayDeque<>();
  private final List<Runnable> quieting = new ArrayList<>();
  private final List<Runnable> releasing = new ArrayList<>();
  private boolean quiet;
  private volatile boolean released;

  ServiceScope(String unit) {
    this.unit = unit;
  }

  String unit() {
    return unit;
  }

  boolean isReleased() {
    return released;
  }

  /**
   * @throws IllegalStateException after the release
   */
  void check() {
    if (released) {
      throw new IllegalStateException(
          "Plugin " + unit + " was unloaded; its services do nothing any more");
    }
  }

  /** Registers what the plugin itself wants to run at its end. */
  void onClose(Runnable task) {
    synchronized (lock) {
      check();
      if (ends.size() >= MOST_ENDS) {
        throw new IllegalStateException(
            "Plugin " + unit + " has registered " + MOST_ENDS + " tasks for its end already");
      }
      ends.push(task);
    }
  }

  /** Runs something of the core when the scope goes quiet; at once when it is quiet already. */
  void whenQuiet(Runnable task) {
    synchronized (lock) {
      if (!quiet) {
        quieting.add(task);
        return;
      }
    }
    task.run();
  }

  /** Runs something of the core at the release; at once when it is over already. */
  void whenReleased(Runnable task) {
    synchronized (lock) {
      if (!released) {
        releasing.add(task);
        return;
      }
    }
    task.run();
  }

  void wantSave() {
    check();
    saveWanted.set(true);
  }

  /** Whether the plugin asked for its state to be saved since the last answer. */
  boolean takeSaveWanted() {
    return saveWanted.getAndSet(false);
  }

  /** A save that was wanted did not come about; it is due again. */
  void saveStillDue() {
    saveWanted.set(true);
  }

  /** Ends what starts by itself. A second call does nothing. */
  void quiesce() {
    List<Runnable> tasks;
    synchronized (lock) {
      quiet = true;
      tasks = List.copyOf(quieting);
      quieting.clear();
    }
    tasks.forEach(Runnable::run);
  }

  /** Runs the plugin's own ends under a deadline and ends all services. Call after quiesce. */
  void release(DeadlineWorker worker, Problems problems) {
    quiesce();
    List<Runnable> own;
    synchronized (lock) {
      own = List.copyOf(ends);
      ends.clear();
    }
    if (!own.isEmpty()) {
      runEnds(own, worker, problems);
    }
    List<Runnable> tasks;
    synchronized (lock) {
      released = true;
      ends.clear();
      tasks = List.copyOf(releasing);
      releasing.clear();
    }
    tasks.forEach(Runnable::run);
  }

  private void runEnds(List<Runnable> own, DeadlineWorker worker, Problems problems) {
    List<String> thrown = new ArrayList<>();
    try {
      Failures.run(
          worker,
          ErrorCode.PLUGIN_CALL_FAILED,
          "Plugin " + unit + ": its onClose tasks",
          () -> {
            for (Runnable end : own) {
              try {
                end.run();
              } catch (Throwable e) {
                // Of a plugin's class perhaps: only its text may stay, and the others must run.
                thrown.add(Failures.describe(e));
              }
            }
            if (!thrown.isEmpty()) {
              throw new IllegalStateException(String.join("; ", thrown));
            }
            return Boolean.TRUE;
          });
    } catch (MonitorException e) {
      problems.note(unit, e);
    }
  }

  /** The service as long as the scope lives; every call after it throws IllegalStateException. */
  <T> T guarded(Class<T> type, T service) {
    return type.cast(
        Proxy.newProxyInstance(
            ServiceScope.class.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              if (method.getDeclaringClass() != Object.class) {
                check();
              }
              try {
                return method.invoke(service, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause() == null ? e : e.getCause();
              }
            }));
  }
}
