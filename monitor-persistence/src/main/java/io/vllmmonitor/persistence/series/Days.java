package io.vllmmonitor.persistence.series;

import java.time.Instant;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.OptionalLong;

/** UTC days as numbers since 1970, and their file names. */
final class Days {
  private static final long MILLIS = 86_400_000;
  private static final String SUFFIX = ".db";

  private Days() {}

  static long of(long epochMillis) {
    return Math.floorDiv(epochMillis, MILLIS);
  }

  static long firstMillis(long day) {
    return day * MILLIS;
  }

  static long lastMillis(long day) {
    return day * MILLIS + MILLIS - 1;
  }

  static String fileName(long day) {
    return LocalDate.ofEpochDay(day) + SUFFIX;
  }

  /** Empty for files of other names. */
  static OptionalLong parse(String fileName) {
    if (!fileName.endsWith(SUFFIX)) {
      return OptionalLong.empty();
    }
    try {
      String date = fileName.substring(0, fileName.length() - SUFFIX.length());
      return OptionalLong.of(LocalDate.parse(date).toEpochDay());
    } catch (DateTimeParseException e) {
      return OptionalLong.empty();
    }
  }

  /**
   * The first millisecond that is not before the instant; clamped, since spans may be as wide as
   * instants go.
   */
  static long ceilingMillis(Instant instant) {
    long millis = floorMillis(instant);
    return Instant.ofEpochMilli(millis).isBefore(instant) && millis < Long.MAX_VALUE
        ? millis + 1
        : millis;
  }

  /** The last millisecond that is not after the instant, clamped. */
  static long floorMillis(Instant instant) {
    if (instant.isBefore(Instant.ofEpochMilli(Long.MIN_VALUE))) {
      return Long.MIN_VALUE;
    }
    if (instant.isAfter(Instant.ofEpochMilli(Long.MAX_VALUE))) {
      return Long.MAX_VALUE;
    }
    return instant.toEpochMilli();
  }
}
