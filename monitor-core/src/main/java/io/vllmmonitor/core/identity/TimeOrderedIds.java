package io.vllmmonitor.core.identity;

import static java.util.Objects.requireNonNull;

import java.time.InstantSource;
import java.util.Locale;
import java.util.random.RandomGenerator;

/**
 * Makes ids that sort by the time they were made: 11 digits of milliseconds and a counter in base
 * 32, then 8 random ones. Two ids of one maker never repeat, not even when the clock goes back.
 * Thread-safe.
 */
public final class TimeOrderedIds {
  private static final int TIME_DIGITS = 11;
  private static final int RANDOM_DIGITS = 8;
  private static final int STEPS_PER_MILLI = 1024;

  private final InstantSource clock;
  private final RandomGenerator random;
  private final Object lock = new Object();
  private long last;

  public TimeOrderedIds(InstantSource clock, RandomGenerator random) {
    this.clock = requireNonNull(clock, "clock");
    this.random = requireNonNull(random, "random");
  }

  /** The next id, 19 lower-case letters and digits. */
  public String next() {
    long step;
    long noise;
    synchronized (lock) {
      step = Math.max(last + 1, clock.millis() * STEPS_PER_MILLI);
      last = step;
      noise = random.nextLong() >>> (64 - 5 * RANDOM_DIGITS);
    }
    return digits(step, TIME_DIGITS) + digits(noise, RANDOM_DIGITS);
  }

  private static String digits(long number, int width) {
    String text = Long.toString(number, 32).toLowerCase(Locale.ROOT);
    return "0".repeat(Math.max(0, width - text.length())) + text;
  }
}
