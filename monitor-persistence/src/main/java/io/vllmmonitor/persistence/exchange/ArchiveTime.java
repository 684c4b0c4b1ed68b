package io.vllmmonitor.persistence.exchange;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;

/** Times as archives have them: RFC 3339 in UTC with exactly milliseconds. */
final class ArchiveTime {
  static final long SLICE_MILLIS = 600_000;
  static final long DAY_MILLIS = 86_400_000;

  private static final DateTimeFormatter MILLIS =
      new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

  private ArchiveTime() {}

  static String print(long epochMillis) {
    return MILLIS.format(Instant.ofEpochMilli(epochMillis));
  }

  /**
   * @throws DateTimeException unless {@link #print} prints it so
   */
  static long parse(String text) {
    long millis = Instant.parse(text).toEpochMilli();
    if (!print(millis).equals(text)) {
      throw new DateTimeException(text + " is not in UTC with milliseconds");
    }
    return millis;
  }

  static long dayOf(long epochMillis) {
    return Math.floorDiv(epochMillis, DAY_MILLIS);
  }

  /** The stretch of ten minutes a sample is in, counted from 1970; days are whole stretches. */
  static long sliceOf(long epochMillis) {
    return Math.floorDiv(epochMillis, SLICE_MILLIS);
  }
}
