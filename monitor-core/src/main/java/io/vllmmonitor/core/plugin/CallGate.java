package io.vllmmonitor.core.plugin;

import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_CALL_FAILED;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.extension.Extension;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Stands before every instance of strangers' code: one call at a time, so that an instance can be
 * swapped between two calls; what is thrown becomes text; and after the end nothing reaches it, so
 * that whoever still holds the gate does not hold the plugin. Thread-safe.
 */
final class CallGate implements InvocationHandler {
  private final ReentrantLock lock = new ReentrantLock();
  private final String subject;
  private final String id;
  private volatile @Nullable Extension extension;

  CallGate(String subject, String id, Extension extension) {
    this.subject = subject;
    this.id = id;
    this.extension = extension;
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
    lock.lock();
    try {
      Extension target = extension;
      if (target == null) {
        throw failure("was unloaded");
      }
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw translate(method.getName(), e.getCause() == null ? e : e.getCause());
    } catch (IllegalAccessException e) {
      throw failure("cannot be called: " + e.getMessage());
    } finally {
      lock.unlock();
    }
  }

  /** Keeps other threads from calling until {@link #letGo}; false when one calls just now. */
  boolean tryHold() {
    return lock.tryLock();
  }

  /** Ends a hold of this thread. */
  void letGo() {
    lock.unlock();
  }

  /**
   * Cuts the instance off after the call that runs, or without waiting any longer.
   *
   * @return the instance; null when it was cut off before
   */
  @Nullable Extension cut(Duration longest) {
    boolean locked = false;
    try {
      locked = lock.tryLock(longest.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Extension before = extension;
    extension = null;
    if (locked) {
      lock.unlock();
    }
    return before;
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
    return failure(method + "() threw " + Failures.describe(thrown));
  }

  private MonitorException failure(String what) {
    return new MonitorException(PLUGIN_CALL_FAILED, Blame.PLUGIN, subject + " " + what);
  }
}
