package io.vllmmonitor.daemon.boot;

import java.util.Optional;

/** Whether the daemon has restored everything and serves. Thread-safe. */
final class Readiness {
  private volatile boolean ready;

  /** From now on it is ready. */
  void ready() {
    ready = true;
  }

  /** Why it is not; empty when it is. */
  Optional<String> notReady() {
    return ready ? Optional.empty() : Optional.of("The restore is still running");
  }
}
