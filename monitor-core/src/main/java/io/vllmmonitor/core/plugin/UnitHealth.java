package io.vllmmonitor.core.plugin;

import io.vllmmonitor.core.telemetry.OwnCounter;
import io.vllmmonitor.core.telemetry.OwnMetrics;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What happened in the calls of one running generation, over all of its instances. Told by the
 * threads that call; read by whoever shows it. Thread-safe.
 */
final class UnitHealth {
  /** So many threads may be lost in one unit; beyond it, nothing more of it is called. */
  static final int MOST_ABANDONED = 4;

  /** What needs the platform's attention; handled later, on its own thread. */
  enum Alarm {
    /** The calls of an instance are held back. */
    OPENED,
    /** They are let through again. */
    CLOSED,
    /** A thread is lost. */
    STUCK
  }

  /** Takes alarms in; must not block. */
  interface Alarms {
    /**
     * @param detail for people
     */
    void raise(String unit, int generation, Alarm alarm, String detail);
  }

  private final String unit;
  private final int generation;
  private final Alarms alarms;
  private final InstantSource clock;
  private final Instant since;
  private final AtomicLong calls = new AtomicLong();
  private final AtomicLong failures = new AtomicLong();
  private final AtomicLong slow = new AtomicLong();
  private final AtomicLong late = new AtomicLong();
  private final AtomicLong skipped = new AtomicLong();
  private final AtomicInteger abandoned = new AtomicInteger();
  private final AtomicInteger open = new AtomicInteger();
  private final OwnCounter failureCount;
  private final OwnCounter slowCount;
  private final OwnCounter lateCount;
  private final OwnCounter skippedCount;
  private volatile @Nullable Failure lastFailure;

  /** A failed call, as text. */
  record Failure(Instant at, String text) {}

  UnitHealth(String unit, int generation, Alarms alarms, InstantSource clock, OwnMetrics metrics) {
    this.unit = unit;
    this.generation = generation;
    this.alarms = alarms;
    this.clock = clock;
    this.since = clock.instant();
    this.failureCount =
        metrics.counter("plugin_call_failures", "Calls of plugins that failed.", "plugin");
    this.slowCount =
        metrics.counter("plugin_slow_calls", "Calls of plugins beyond their soft limit.", "plugin");
    this.lateCount =
        metrics.counter(
            "plugin_cancelled_calls", "Calls of plugins cancelled at their hard limit.", "plugin");
    this.skippedCount =
        metrics.counter(
            "plugin_skipped_calls", "Calls of plugins that a breaker held back.", "plugin");
  }

  void succeeded() {
    calls.incrementAndGet();
  }

  Failure failed(String text) {
    Failure failure = new Failure(clock.instant(), text);
    calls.incrementAndGet();
    failures.incrementAndGet();
    failureCount.increment(unit);
    lastFailure = failure;
    return failure;
  }

  void wasSlow() {
    slow.incrementAndGet();
    slowCount.increment(unit);
  }

  void wasLate() {
    late.incrementAndGet();
    lateCount.increment(unit);
  }

  void wasSkipped() {
    skipped.incrementAndGet();
    skippedCount.increment(unit);
  }

  void opened(String detail) {
    open.incrementAndGet();
    alarms.raise(unit, generation, Alarm.OPENED, detail);
  }

  void closed(String detail) {
    open.decrementAndGet();
    alarms.raise(unit, generation, Alarm.CLOSED, detail);
  }

  void stuck(String detail) {
    abandoned.incrementAndGet();
    alarms.raise(unit, generation, Alarm.STUCK, detail);
  }

  /** When it was started. */
  Instant since() {
    return since;
  }

  /** How many instances are held back now. */
  int open() {
    return open.get();
  }

  /** How many threads it has lost. */
  int abandoned() {
    return abandoned.get();
  }

  boolean mayCall() {
    return abandoned.get() < MOST_ABANDONED;
  }

  long calls() {
    return calls.get();
  }

  UnitCalls counts() {
    Failure last = lastFailure;
    return new UnitCalls(
        calls.get(),
        failures.get(),
        slow.get(),
        late.get(),
        skipped.get(),
        abandoned.get(),
        last == null ? "" : last.text(),
        last == null ? null : last.at());
  }
}
