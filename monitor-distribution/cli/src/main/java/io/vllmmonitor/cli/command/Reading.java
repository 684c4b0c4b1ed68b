package io.vllmmonitor.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;

/** Turns fields of an answer into cells for people. Immutable. */
final class Reading {
  static final String NOTHING = "-";

  private final DateTimeFormatter local;

  Reading(ZoneId zone) {
    local = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ssxxx").withZone(zone);
  }

  /** The text of a field; a dash when it is missing, null or empty. */
  static String text(JsonNode entity, String field) {
    JsonNode value = entity.path(field);
    return value.isMissingNode() || value.isNull() || value.asText().isEmpty()
        ? NOTHING
        : value.asText();
  }

  /** The texts of an array with commas between them; a dash when there are none. */
  static String list(JsonNode entity, String field) {
    StringBuilder text = new StringBuilder();
    for (JsonNode item : entity.path(field)) {
      text.append(text.isEmpty() ? "" : ", ").append(item.asText());
    }
    return text.isEmpty() ? NOTHING : text.toString();
  }

  /** A time in the local zone with its offset; it may be given back as {@code --from}. */
  String time(JsonNode entity, String field) {
    return time(text(entity, field));
  }

  String time(String text) {
    try {
      return text.equals(NOTHING) ? text : local.format(Instant.parse(text));
    } catch (DateTimeException e) {
      return text; // better as it came than not at all
    }
  }
}
