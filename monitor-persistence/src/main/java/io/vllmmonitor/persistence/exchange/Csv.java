package io.vllmmonitor.persistence.exchange;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Comma-separated values after RFC 4180 with plain line feeds. A null is an empty field, an empty
 * text is {@code ""}; a field with a comma, a quote or a line break is quoted and may go over many
 * lines.
 */
final class Csv {
  private Csv() {}

  static String print(List<? extends @Nullable String> fields) {
    StringBuilder line = new StringBuilder();
    String separator = "";
    for (String field : fields) {
      line.append(separator);
      separator = ",";
      if (field != null) {
        append(line, field);
      }
    }
    return line.toString();
  }

  private static void append(StringBuilder line, String field) {
    boolean plain = !field.isEmpty();
    for (int i = 0; plain && i < field.length(); i++) {
      char c = field.charAt(i);
      plain = c != ',' && c != '"' && c != '\n' && c != '\r';
    }
    if (plain) {
      line.append(field);
    } else {
      line.append('"').append(field.replace("\"", "\"\"")).append('"');
    }
  }

  /** Whether a row goes on in the next line: a quote is still open. */
  static boolean isOpen(CharSequence text) {
    boolean open = false;
    for (int i = 0; i < text.length(); i++) {
      open ^= text.charAt(i) == '"';
    }
    return open;
  }

  /**
   * @throws IOException when quotes are not where they may be
   */
  static List<@Nullable String> parse(String line) throws IOException {
    List<@Nullable String> fields = new ArrayList<>();
    int at = 0;
    while (true) {
      StringBuilder field = new StringBuilder();
      boolean quoted = at < line.length() && line.charAt(at) == '"';
      at = quoted ? quoted(line, at + 1, field) : plain(line, at, field);
      fields.add(quoted || field.length() > 0 ? field.toString() : null);
      if (at == line.length()) {
        return fields;
      }
      if (line.charAt(at) != ',') {
        throw new IOException("after a quoted field stands no comma");
      }
      at++;
    }
  }

  private static int plain(String line, int from, StringBuilder field) throws IOException {
    int at = from;
    while (at < line.length() && line.charAt(at) != ',') {
      if (line.charAt(at) == '"') {
        throw new IOException("a quote stands within a field that is not quoted");
      }
      field.append(line.charAt(at++));
    }
    return at;
  }

  private static int quoted(String line, int from, StringBuilder field) throws IOException {
    int at = from;
    while (at < line.length()) {
      char c = line.charAt(at++);
      if (c != '"') {
        field.append(c);
      } else if (at < line.length() && line.charAt(at) == '"') {
        field.append(c);
        at++;
      } else {
        return at;
      }
    }
    throw new IOException("a quote is not closed");
  }
}
