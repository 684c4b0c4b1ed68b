package io.vllmmonitor.persistence.query;

import static io.vllmmonitor.api.error.ErrorCode.HTTP_BAD_REQUEST;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Times and steps of Prometheus' HTTP API as text. Stateless. */
public final class PromTime {
  /** What a missing {@code start} of series and labels means. */
  public static final Instant EARLIEST = Instant.EPOCH;

  /** What a missing {@code end} of series and labels means: the end of the year 9999. */
  public static final Instant LATEST = Instant.ofEpochMilli(253_402_300_799_999L);

  private static final int LONGEST_TEXT = 64;
  private static final double MOST_SECONDS = 253_402_300_799.999;
  private static final Pattern SECONDS =
      Pattern.compile("[+-]?(\\d+(\\.\\d*)?|\\.\\d+)([eE][+-]?\\d{1,3})?");
  private static final Pattern DURATION =
      Pattern.compile(
          "(?:(\\d+)y)?(?:(\\d+)w)?(?:(\\d+)d)?(?:(\\d+)h)?(?:(\\d+)m)?(?:(\\d+)s)?(?:(\\d+)ms)?");
  private static final long[] UNIT_MILLIS = {
    365 * 86_400_000L, 7 * 86_400_000L, 86_400_000L, 3_600_000L, 60_000L, 1_000L, 1L
  };
  // what fits into 64 bits of nanoseconds, Prometheus' own limit
  private static final long LONGEST_MILLIS = Long.MAX_VALUE / 1_000_000;

  private PromTime() {}

  /**
   * A time as Unix seconds with decimals or RFC 3339, to the millisecond.
   *
   * @param parameter its name, for the message
   * @throws MonitorException HTTP_BAD_REQUEST
   */
  public static Instant time(String parameter, String text) {
    if (text.length() <= LONGEST_TEXT) {
      if (SECONDS.matcher(text).matches()) {
        double seconds = Double.parseDouble(text);
        if (Math.abs(seconds) <= MOST_SECONDS) {
          return Instant.ofEpochMilli(Math.round(seconds * 1_000));
        }
      } else {
        try {
          Instant time = OffsetDateTime.parse(text).toInstant();
          if (Math.abs((double) time.getEpochSecond()) <= MOST_SECONDS) {
            return Instant.ofEpochMilli(time.toEpochMilli());
          }
        } catch (DateTimeException e) {
          throw bad(parameter, text, "a time", e);
        }
      }
    }
    throw bad(parameter, text, "a time", null);
  }

  /**
   * A step as seconds with decimals or as a duration such as {@code 15s}; more than 0, to the
   * millisecond.
   *
   * @throws MonitorException HTTP_BAD_REQUEST
   */
  public static Duration step(String text) {
    long millis = 0;
    if (text.length() <= LONGEST_TEXT) {
      if (SECONDS.matcher(text).matches()) {
        double seconds = Double.parseDouble(text);
        millis = seconds > MOST_SECONDS ? 0 : Math.round(seconds * 1_000);
      } else {
        try {
          millis = durationMillis(text);
        } catch (IllegalArgumentException e) {
          throw bad("step", text, "a duration of at least 1 ms", e);
        }
      }
    }
    if (millis <= 0) {
      throw bad("step", text, "a duration of at least 1 ms", null);
    }
    return Duration.ofMillis(millis);
  }

  /**
   * A duration, units from large to small, each at most once.
   *
   * @throws IllegalArgumentException when it is none or too long
   */
  static long durationMillis(String text) {
    if (text.equals("0")) {
      return 0;
    }
    Matcher parts = DURATION.matcher(text);
    if (text.isEmpty() || text.length() > LONGEST_TEXT || !parts.matches()) {
      throw new IllegalArgumentException("no duration: " + text);
    }
    try {
      long millis = 0;
      for (int i = 0; i < UNIT_MILLIS.length; i++) {
        String number = parts.group(i + 1);
        if (number != null) {
          millis =
              Math.addExact(millis, Math.multiplyExact(Long.parseLong(number), UNIT_MILLIS[i]));
        }
      }
      if (millis <= LONGEST_MILLIS) {
        return millis;
      }
    } catch (ArithmeticException | NumberFormatException e) {
      throw new IllegalArgumentException("too long: " + text, e);
    }
    throw new IllegalArgumentException("too long: " + text);
  }

  private static MonitorException bad(
      String parameter, String text, String expected, @Nullable Exception cause) {
    String shown = text.length() > LONGEST_TEXT ? text.substring(0, LONGEST_TEXT) + "…" : text;
    return new MonitorException(
        HTTP_BAD_REQUEST,
        Blame.OPERATOR,
        "Parameter '"
            + parameter
            + "': found '"
            + shown
            + "', expected "
            + expected
            + (parameter.equals("step")
                ? ", such as 15 or 15s"
                : ", such as 1795512848.116 or 2026-11-25T01:34:08.116Z"),
        cause);
  }
}
