package io.vllmmonitor.core.plugin;

import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_BREAKER_OPEN;
import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_CALL_ABANDONED;
import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_CALL_FAILED;
import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_CALL_TIMEOUT;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.extension.Extension;
import io.vllmmonitor.api.guardrail.Verdict;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Stands before every instance of strangers' code: one call at a time, so that an instance can be
 * swapped between two calls; each with a time limit; held back while the instance keeps failing;
 * what is thrown becomes text. After the end, calls go to the instance that took its place, or
 * fail; nothing reaches the old one, so that whoever still holds the gate does not hold the plugin.
 * Thread-safe.
 */
final class CallGate implements InvocationHandler {
  private final Semaphore turn = new Semaphore(1);
  private final String subject;
  private final String id;
  private final CallLimits limits;
  private final CallWatch watch;
  private final Lease lease;
  private final Breaker breaker = new Breaker();
  private volatile @Nullable Extension extension;
  private volatile @Nullable CallGate successor;
  private volatile @Nullable Thread holder;
  private volatile boolean abandoned;
  private volatile Set<String> called = Set.of();
  private volatile UnitHealth.@Nullable Failure lastFailure;

  CallGate(String subject, String id, Extension extension, CallLimits limits, CallWatch watch) {
    this.subject = subject;
    this.id = id;
    this.extension = extension;
    this.limits = limits;
    this.watch = watch;
    this.lease = new Lease(this::abandon);
    watch.watchdog().add(lease);
  }

  /** The instance behind this gate, as its kind. */
  Extension open(ExtensionKind kind) {
    return (Extension)
        Proxy.newProxyInstance(CallGate.class.getClassLoader(), new Class<?>[] {kind.type()}, this);
  }

  @Override
  public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) {
    if (method.getDeclaringClass() == Object.class) {
      return ofObject(proxy, method, arguments);
    }
    if (method.getName().equals("id")) {
      return id;
    }
    boolean held = holder == Thread.currentThread();
    if (!held) {
      turn.acquireUninterruptibly();
    }
    CallGate next;
    try {
      Extension target = extension;
      if (target != null && !abandoned) {
        boolean work = method.getDeclaringClass() != Extension.class;
        return work ? guarded(target, method, arguments) : called(target, method, arguments, false);
      }
      next = successor;
    } finally {
      if (!held) {
        turn.release();
      }
    }
    if (next != null && method.getDeclaringClass() != Extension.class) {
      return next.invoke(proxy, method, arguments);
    }
    throw abandoned ? lost() : failure(PLUGIN_CALL_FAILED, "was unloaded");
  }

  /**
   * Keeps new calls waiting once the one that runs has ended.
   *
   * @return the instance, to be called directly; null when it did not come to rest in time
   */
  @Nullable Extension pause(Duration longest) {
    try {
      if (abandoned || !turn.tryAcquire(longest.toMillis(), TimeUnit.MILLISECONDS)) {
        return null;
      }
      Extension resting = extension;
      if (resting == null || abandoned) {
        turn.release();
        return null;
      }
      return resting;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }

  /** Lets the calls go on that {@link #pause} has kept. */
  void resume() {
    turn.release();
  }

  /** Keeps other threads from calling until {@link #letGo}; false when one calls just now. */
  boolean tryHold() {
    if (!turn.tryAcquire()) {
      return false;
    }
    holder = Thread.currentThread();
    return true;
  }

  /** Ends a hold of this thread. */
  void letGo() {
    holder = null;
    turn.release();
  }

  /**
   * Cuts the instance off after the call that runs, or without waiting any longer.
   *
   * @param next where calls go from now on; null for nowhere
   * @param paused whether it is paused; its calls go on then
   * @return the instance; null when it was cut off before
   */
  @Nullable Extension cut(Duration longest, @Nullable CallGate next, boolean paused) {
    boolean resting = paused;
    if (!paused && !abandoned) {
      try {
        resting = turn.tryAcquire(longest.toMillis(), TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    Extension before = extension;
    successor = next;
    extension = null;
    if (resting) {
      turn.release();
    }
    if (lease.isIdle()) {
      watch.watchdog().remove(lease);
    }
    return before;
  }

  /** Whether the instance is gone from behind the gate. */
  boolean isCut() {
    return extension == null;
  }

  Breaker breaker() {
    return breaker;
  }

  UnitHealth.@Nullable Failure lastFailure() {
    return lastFailure;
  }

  private @Nullable Object guarded(Extension target, Method method, Object @Nullable [] arguments) {
    if (!watch.health().mayCall()) {
      throw lost();
    }
    if (!watch.trial() && !breaker.lets(watch.watchdog().now())) {
      watch.health().wasSkipped();
      return heldBack(method);
    }
    try {
      Object result = called(target, method, arguments, true);
      watch.health().succeeded();
      if (breaker.succeeded()) {
        watch.health().closed(subject + " answers again");
      }
      return result;
    } catch (MonitorException e) {
      if (e.blame() == Blame.PLUGIN) {
        failed(e);
      } else {
        // Somebody else's fault: the plugin answered.
        watch.health().succeeded();
      }
      throw e;
    }
  }

  private void failed(MonitorException failure) {
    UnitHealth.Failure noted = watch.health().failed(failure.describe());
    lastFailure = noted;
    if (breaker.failed(watch.watchdog().now())) {
      watch.health().opened(subject + " is held back: " + noted.text());
    }
  }

  private @Nullable Object called(
      Extension target, Method method, Object @Nullable [] arguments, boolean work) {
    boolean first = work && !called.contains(method.getName());
    CallLimits own = work ? (first ? limits.first() : limits) : CallLimits.OTHER;
    Suspects.Entry suspect =
        first ? watch.suspects().enter(watch.codeHash(), method.getName() + "() of " + id) : null;
    Watchdog watchdog = watch.watchdog();
    long begun = watchdog.now();
    Object result = null;
    MonitorException thrown = null;
    lease.begin(begun, watchdog.stalled(), own.hard().toNanos());
    try {
      result = method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      thrown = translate(method.getName(), e.getCause() == null ? e : e.getCause());
    } catch (IllegalAccessException e) {
      thrown = failure(PLUGIN_CALL_FAILED, "cannot be called: " + e.getMessage());
    } catch (StackOverflowError | OutOfMemoryError e) {
      thrown = translate(method.getName(), e); // at the edge, before the call was inside
    }
    boolean inTime = lease.end();
    long took = watchdog.now() - begun;
    if (suspect != null) {
      suspect.close();
      remember(method.getName());
    }
    if (extension == null) {
      watch.watchdog().remove(lease); // it was cut off meanwhile
    }
    if (!inTime) {
      watch.health().wasLate();
      throw failure(
          PLUGIN_CALL_TIMEOUT,
          method.getName()
              + "() took more than "
              + own.hard().toMillis()
              + " ms and was cancelled; its result is lost");
    }
    if (took > own.soft().toNanos()) {
      watch.health().wasSlow();
    }
    if (thrown != null) {
      throw thrown;
    }
    return result;
  }

  private void remember(String method) {
    Set<String> more = new HashSet<>(called);
    more.add(method);
    called = Set.copyOf(more);
  }

  /** A guardrail that is held back knows nothing; what gives no answer is passed over. */
  private @Nullable Object heldBack(Method method) {
    UnitHealth.Failure last = lastFailure;
    String why =
        "is held back after failures for another "
            + breaker.heldFor(watch.watchdog().now()).toMillis()
            + " ms; the last: "
            + (last == null ? "unknown" : last.text());
    if (method.getReturnType() == Verdict.class) {
      return Verdict.unknown(subject + " " + why);
    }
    if (method.getName().equals("onTransition") || method.getName().equals("feedback")) {
      return null;
    }
    throw new MonitorException(PLUGIN_BREAKER_OPEN, Blame.PLUGIN, subject + " " + why);
  }

  private void abandon() {
    abandoned = true;
    watch.watchdog().lost(lease);
    turn.release(); // whoever waits learns that it is lost; the thread itself never comes back here
    watch.health().stuck(subject + " does not come back from a call, though it was cancelled");
  }

  private Object ofObject(Object proxy, Method method, Object @Nullable [] arguments) {
    return switch (method.getName()) {
      case "equals" -> arguments != null && proxy == arguments[0];
      case "hashCode" -> System.identityHashCode(proxy);
      default -> subject;
    };
  }

  private MonitorException translate(String method, Throwable thrown) {
    if (thrown instanceof MonitorException known) {
      // Its cause may be of a class of the plugin.
      return new MonitorException(known.code(), known.blame(), String.valueOf(known.getMessage()));
    }
    return failure(PLUGIN_CALL_FAILED, method + "() threw " + Failures.describe(thrown));
  }

  private MonitorException lost() {
    return failure(
        PLUGIN_CALL_ABANDONED,
        "is not called any more: it never came back from an earlier call; the thread is lost until"
            + " the daemon is restarted");
  }

  private MonitorException failure(ErrorCode code, String what) {
    return new MonitorException(code, Blame.PLUGIN, subject + " " + what);
  }
}
