package io.vllmmonitor.daemon.boot;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What must be closed at the end, in reverse order of its making. One that fails does not keep the
 * others open; all failures come out together. Confined to the thread that starts and stops the
 * daemon.
 */
final class Closers implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Closers.class);

  private record Named(String name, AutoCloseable part) {}

  private final Deque<Named> parts = new ArrayDeque<>();
  private boolean failed;

  /** Remembers a part and gives it back. */
  <T extends AutoCloseable> T add(String name, T part) {
    parts.push(new Named(name, part));
    return part;
  }

  /** Whether a part that was closed so far has failed to. */
  boolean hasFailed() {
    return failed;
  }

  @Override
  public void close() {
    IllegalStateException failures = null;
    while (!parts.isEmpty()) {
      Named named = parts.pop();
      try {
        log.debug("closing {}", named.name());
        named.part().close();
      } catch (Exception e) {
        failed = true;
        if (failures == null) {
          failures = new IllegalStateException("Some parts did not close in order");
        }
        failures.addSuppressed(new IllegalStateException(named.name() + " did not close", e));
      }
    }
    if (failures != null) {
      throw failures;
    }
  }
}
