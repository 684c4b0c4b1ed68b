package io.vllmmonitor.persistence.memory;

import io.vllmmonitor.api.config.Durations;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoUnit;

/**
 * Times and durations as JSON texts. Times are RFC 3339 in UTC with milliseconds; durations are
 * spelled as in the configuration ({@code 1m30s}). The exact forms say more only where there is
 * more to say: micro- or nanoseconds of a time, and a duration that the configuration's spelling
 * cannot hold (finer than a millisecond, or negative) in ISO 8601.
 */
final class JsonTime {
  private static final DateTimeFormatter MILLIS =
      new DateTimeFormatterBuilder().appendInstant(3).toFormatter();
  private static final DateTimeFormatter MICROS =
      new DateTimeFormatterBuilder().appendInstant(6).toFormatter();
  private static final DateTimeFormatter NANOS =
      new DateTimeFormatterBuilder().appendInstant(9).toFormatter();
  private static final Duration LONGEST_PLAIN = Duration.ofSeconds(1_000_000_000_000L);

  private JsonTime() {}

  static String millis(Instant time) {
    return MILLIS.format(time);
  }

  static String exact(Instant time) {
    if (time.equals(time.truncatedTo(ChronoUnit.MILLIS))) {
      return MILLIS.format(time);
    }
    boolean micros = time.equals(time.truncatedTo(ChronoUnit.MICROS));
    return micros ? MICROS.format(time) : NANOS.format(time);
  }

  /** Cut to the millisecond; a negative one, which only a clock jump can make, counts as none. */
  static String millis(Duration duration) {
    return Durations.print(duration.isNegative() ? Duration.ZERO : duration);
  }

  static String exact(Duration duration) {
    boolean plain =
        !duration.isNegative()
            && duration.compareTo(LONGEST_PLAIN) < 0
            && duration.equals(duration.truncatedTo(ChronoUnit.MILLIS));
    return plain ? Durations.print(duration) : duration.toString();
  }

  static Duration duration(String text) {
    return text.startsWith("P") ? Duration.parse(text) : Durations.parse(text);
  }
}
