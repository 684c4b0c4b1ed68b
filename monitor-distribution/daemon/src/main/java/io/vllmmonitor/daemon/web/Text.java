package io.vllmmonitor.daemon.web;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** How the API spells things. */
final class Text {
  private static final DateTimeFormatter UTC_MILLIS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  private Text() {}

  /** RFC 3339 in UTC with milliseconds. */
  static String time(Instant instant) {
    return UTC_MILLIS.format(instant);
  }

  static String shorten(String text, int most) {
    return text.length() <= most ? text : text.substring(0, most) + "…";
  }
}
