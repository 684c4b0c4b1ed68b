package io.vllmmonitor.plugin.notifier.webhook;

import io.vllmmonitor.api.notify.Notification;
import io.vllmmonitor.api.target.TargetId;

/** A notification as JSON: its fields, and {@code text} with all of it in one line for people. */
final class JsonText {
  private final StringBuilder json = new StringBuilder("{");

  private JsonText() {}

  static String of(Notification notification) {
    TargetId target = notification.target();
    JsonText text = new JsonText();
    text.field("topic", notification.topic().name());
    text.field("id", notification.id());
    text.field("at", notification.at().toString());
    text.field("severity", notification.severity().name());
    if (target != null) {
      text.field("target", target.instance());
    }
    text.field("subject", notification.subject());
    text.field("message", notification.message());
    text.field(
        "text",
        notification.severity()
            + " "
            + notification.topic()
            + " "
            + notification.subject()
            + (target == null ? "" : " on " + target.instance())
            + ": "
            + notification.message());
    return text.json.append('}').toString();
  }

  private void field(String name, String value) {
    if (json.length() > 1) {
      json.append(',');
    }
    json.append('"').append(name).append("\":\"");
    value.chars().forEach(c -> character((char) c));
    json.append('"');
  }

  private void character(char c) {
    switch (c) {
      case '"' -> json.append("\\\"");
      case '\\' -> json.append("\\\\");
      case '\n' -> json.append("\\n");
      default -> {
        if (c < ' ' || Character.isSurrogate(c)) {
          // Lone halves of a pair would not survive UTF-8.
          json.append("\\u").append(hex(c));
        } else {
          json.append(c);
        }
      }
    }
  }

  private static String hex(char c) {
    String digits = Integer.toHexString(c);
    return "0".repeat(4 - digits.length()) + digits;
  }
}
