package io.vllmmonitor.core.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vllmmonitor.core.worker.HandOvers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What must hold whatever the owner of a thread or another thread does. */
class WatchdogTest {
  @Test
  void anOwnerThatCannotGoOnDoesNotEndTheWatch() {
    AtomicLong nanos = new AtomicLong();
    AtomicBoolean told = new AtomicBoolean();
    Watchdog watchdog = new Watchdog(nanos::get);
    Lease lease = new Lease(() -> told.set(true));
    watchdog.add(lease);
    HandOvers.run(
        () -> {
          lease.begin(0, 0, 1_000);
          nanos.set(2_000);
          watchdog.look();
          nanos.addAndGet(Watchdog.GRACE.plus(Duration.ofSeconds(1)).toNanos());
          watchdog.look();
          assertThat(told).isTrue();
          assertThat(lease.end()).isFalse();
        },
        () -> {
          throw new IllegalStateException("no thread is left");
        });
    watchdog.close();
  }

  @Test
  void theEndOfOneCancelledCallDoesNotHideTheBeginningOfAnother() throws Exception {
    CompletableFuture<Void> other = CompletableFuture.runAsync(WatchdogTest::cancelOften);
    cancelOften();
    other.get();
  }

  private static void cancelOften() {
    Thread self = Thread.currentThread();
    for (int i = 0; i < 50_000; i++) {
      PluginGuard.cancel(self);
      try {
        assertThatThrownBy(PluginGuard::check).isInstanceOf(CallCancelled.class);
      } finally {
        PluginGuard.release(self);
      }
    }
  }
}
