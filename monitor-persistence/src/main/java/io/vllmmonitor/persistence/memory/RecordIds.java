package io.vllmmonitor.persistence.memory;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.target.TargetId;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The ids of rows whose entity has no id of its own: its parts, joined. Inside a part everything
 * but letters, digits and {@code . - _ :} is percent-encoded, so that different parts never make
 * one id and every id is safe in a URL path or a file name. A part that would be very long is cut
 * and ends in its hash.
 */
final class RecordIds {
  private static final int LONGEST_PART = 200;
  private static final int KEPT_OF_LONG_PART = 100;

  private RecordIds() {}

  static String generation(CodeGeneration generation) {
    // padded, so that ids of one unit sort as their numbers do
    return safe(generation.unit())
        + "#"
        + String.format(Locale.ROOT, "%010d", generation.generation());
  }

  static String state(String extension, String unit, @Nullable TargetId target) {
    return safe(extension)
        + "|"
        + safe(unit)
        + "|"
        + (target == null ? "" : safe(target.instance()));
  }

  static String problem(ErrorCode code, String subject) {
    return code.name() + "|" + safe(subject);
  }

  private static String safe(String part) {
    StringBuilder text = new StringBuilder(part.length());
    for (byte unit : part.getBytes(UTF_8)) {
      char c = (char) (unit & 0xff);
      if (isSafe(c)) {
        text.append(c);
      } else {
        text.append('%').append(String.format(Locale.ROOT, "%02X", (int) c));
      }
    }
    if (text.length() <= LONGEST_PART) {
      return text.toString();
    }
    // '~' is never safe, so a cut part cannot equal one that was not cut
    return text.substring(0, KEPT_OF_LONG_PART) + "~" + sha256(part);
  }

  private static boolean isSafe(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '.'
        || c == '-'
        || c == '_'
        || c == ':';
  }

  private static String sha256(String text) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }
}
