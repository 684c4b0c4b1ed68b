package io.vllmmonitor.core.plugin;

import java.time.Duration;

/**
 * Holds back the calls of an instance that keeps failing. Five failures in a row, or more than half
 * of the last twenty calls, open it; after a second one call is let through, and while that fails
 * the wait doubles, up to five minutes, for ever. Time is nanoseconds of a ticker that never goes
 * back. Thread-safe.
 */
final class Breaker {
  /** Failures in a row that open it. */
  static final int IN_A_ROW = 5;

  /** The calls that are looked back on; more than half of them failed opens it. */
  static final int WINDOW = 20;

  static final Duration FIRST_WAIT = Duration.ofSeconds(1);
  static final Duration LONGEST_WAIT = Duration.ofMinutes(5);

  private final boolean[] failed = new boolean[WINDOW];
  private volatile State state = State.CLOSED;
  private int next;
  private int seen;
  private int failures;
  private int inARow;
  private long openUntil;
  private Duration wait = FIRST_WAIT;

  /** Where it stands. */
  enum State {
    /** Every call goes through. */
    CLOSED,
    /** No call goes through. */
    OPEN,
    /** The next call decides. */
    HALF_OPEN
  }

  State state() {
    return state;
  }

  synchronized int failuresInARow() {
    return inARow;
  }

  /** How long until a call is let through; zero when one is. */
  synchronized Duration heldFor(long now) {
    return state == State.OPEN && now - openUntil < 0
        ? Duration.ofNanos(openUntil - now)
        : Duration.ZERO;
  }

  /** Whether a call may go through now; its end must be told. */
  boolean lets(long now) {
    return state == State.CLOSED || letsOne(now);
  }

  private synchronized boolean letsOne(long now) {
    if (state == State.OPEN && now - openUntil >= 0) {
      state = State.HALF_OPEN;
    }
    return state != State.OPEN;
  }

  /**
   * A call went well.
   *
   * @return whether this closed it
   */
  synchronized boolean succeeded() {
    if (state == State.CLOSED) {
      remember(false);
      inARow = 0;
      return false;
    }
    state = State.CLOSED;
    wait = FIRST_WAIT;
    forget();
    return true;
  }

  /**
   * A call failed.
   *
   * @return whether this opened it for the first time since it was closed
   */
  synchronized boolean failed(long now) {
    inARow++;
    if (state != State.CLOSED) {
      wait = min(wait.multipliedBy(2), LONGEST_WAIT);
      open(now);
      return false;
    }
    remember(true);
    if (inARow >= IN_A_ROW || (seen == WINDOW && failures * 2 > WINDOW)) {
      open(now);
      return true;
    }
    return false;
  }

  private void open(long now) {
    state = State.OPEN;
    openUntil = now + wait.toNanos();
  }

  private void remember(boolean failure) {
    if (seen == WINDOW) {
      failures -= failed[next] ? 1 : 0;
    } else {
      seen++;
    }
    failed[next] = failure;
    failures += failure ? 1 : 0;
    next = (next + 1) % WINDOW;
  }

  private void forget() {
    next = 0;
    seen = 0;
    failures = 0;
    inARow = 0;
  }

  private static Duration min(Duration left, Duration right) {
    return left.compareTo(right) <= 0 ? left : right;
  }
}
