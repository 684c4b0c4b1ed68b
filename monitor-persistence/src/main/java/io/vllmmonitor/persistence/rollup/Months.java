package io.vllmmonitor.persistence.rollup;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Optional;

/** UTC months and the names of their parts and files. */
final class Months {
  private static final String PREFIX = "rollup-";
  private static final String SUFFIX = ".db";

  private Months() {}

  /** The month that an hour belongs to, by the moment just before its end. */
  static YearMonth ofHour(long hourEnd) {
    return YearMonth.from(Instant.ofEpochMilli(hourEnd - 1).atOffset(ZoneOffset.UTC));
  }

  static String partOf(YearMonth month) {
    return PREFIX + month;
  }

  static String fileOf(YearMonth month) {
    return partOf(month) + SUFFIX;
  }

  static Instant start(YearMonth month) {
    return month.atDay(1).atStartOfDay().toInstant(ZoneOffset.UTC);
  }

  /** Empty for files of other names. */
  static Optional<YearMonth> parse(String fileName) {
    if (!fileName.startsWith(PREFIX) || !fileName.endsWith(SUFFIX)) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          YearMonth.parse(
              fileName.substring(PREFIX.length(), fileName.length() - SUFFIX.length())));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
