package io.vllmmonitor.persistence.query;

import static java.nio.charset.StandardCharsets.UTF_8;

/** What {@link AnswerBuffer} writes, as text. */
final class Texts {
  private static final int ROOM = 2_000;

  private Texts() {}

  /** A single number. */
  static String plain(double value) {
    return unquoted(new AnswerBuffer(ROOM).scalar(value));
  }

  /** The value of a series. */
  static String sample(double value) {
    return unquoted(new AnswerBuffer(ROOM).sample(value));
  }

  /** A time as Unix seconds. */
  static String seconds(long epochMillis) {
    AnswerBuffer buffer = new AnswerBuffer(ROOM);
    PromJson.seconds(buffer, epochMillis);
    return new String(buffer.toBytes(), UTF_8);
  }

  private static String unquoted(AnswerBuffer buffer) {
    String text = new String(buffer.toBytes(), UTF_8);
    return text.substring(1, text.length() - 1);
  }
}
