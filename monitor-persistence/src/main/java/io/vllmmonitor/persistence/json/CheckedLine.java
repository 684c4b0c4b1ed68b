package io.vllmmonitor.persistence.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/**
 * A line of JSON whose first key is the checksum of the rest: {@code {"crc":"8 hex digits",…}} with
 * the CRC32C of all bytes after the comma, the closing brace included. Stateless.
 */
public final class CheckedLine {
  /** No line is longer, its line feed included. */
  public static final int MOST_BYTES = 256 << 20;

  private static final String HEAD = "{\"crc\":\"";
  private static final int DIGITS = 8;
  private static final int REST = HEAD.length() + DIGITS + 2;
  private static final int MOST_DEPTH = 2_000; // entities of a depth of 1,000 lie within a line
  private static final HexFormat HEX = HexFormat.of();

  private static final JsonFactory FACTORY =
      new JsonFactoryBuilder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxStringLength(MOST_BYTES)
                  .maxNameLength(MOST_BYTES)
                  .maxNestingDepth(MOST_DEPTH)
                  .build())
          .build();

  private CheckedLine() {}

  /** Writes the fields of a line, at least one. */
  @FunctionalInterface
  public interface Fields {
    /** Writes names and values into the object that is open. */
    void write(JsonGenerator out) throws IOException;
  }

  /**
   * The line with its line feed.
   *
   * @throws IllegalArgumentException when it is longer than {@link #MOST_BYTES}
   */
  public static byte[] of(Fields fields) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (Writer writer = new OutputStreamWriter(bytes, StandardCharsets.UTF_8);
        JsonGenerator out = FACTORY.createGenerator(writer)) {
      out.writeStartObject();
      out.writeStringField("crc", "0".repeat(DIGITS));
      fields.write(out);
      out.writeEndObject();
      out.writeRaw('\n');
    } catch (IOException e) {
      throw new UncheckedIOException("A line could not be written into memory", e);
    }
    byte[] line = bytes.toByteArray();
    if (line.length > MOST_BYTES) {
      throw new IllegalArgumentException(
          "A line of " + line.length + " bytes, at most " + MOST_BYTES + " are kept");
    }
    byte[] digits =
        HEX.toHexDigits(checksum(line, line.length - 1)).getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(digits, 0, line, HEAD.length(), DIGITS);
    return line;
  }

  /**
   * Compares the checksum.
   *
   * @param line without its line feed
   * @return stands behind the checksum: what follows is the name of the first field. Whatever it
   *     throws means damage, since the line is in memory
   * @throws DamagedLineException when the line is not what was written
   */
  public static JsonParser parse(byte[] line) throws IOException {
    if (line.length <= REST
        || !starts(line, HEAD, 0)
        || !starts(line, "\",", HEAD.length() + DIGITS)) {
      throw new DamagedLineException("does not start with its checksum");
    }
    String digits = new String(line, HEAD.length(), DIGITS, StandardCharsets.US_ASCII);
    if (!digits.equals(HEX.toHexDigits(checksum(line, line.length)))) {
      throw new DamagedLineException("does not match its checksum");
    }
    JsonParser in = FACTORY.createParser(line);
    expect(in, JsonToken.START_OBJECT);
    expect(in, JsonToken.FIELD_NAME);
    expect(in, JsonToken.VALUE_STRING);
    return in;
  }

  /**
   * Steps to the next token.
   *
   * @throws DamagedLineException when it is another one
   */
  public static void expect(JsonParser in, JsonToken token) throws IOException {
    JsonToken found = in.nextToken();
    if (found != token) {
      throw new DamagedLineException("has " + found + " where " + token + " is expected");
    }
  }

  /**
   * Steps over the name of the next field onto its value.
   *
   * @throws DamagedLineException when it is another field
   */
  public static void field(JsonParser in, String name) throws IOException {
    expect(in, JsonToken.FIELD_NAME);
    if (!name.equals(in.currentName())) {
      throw new DamagedLineException("has '" + in.currentName() + "' in the place of " + name);
    }
    in.nextToken();
  }

  private static boolean starts(byte[] line, String text, int at) {
    for (int i = 0; i < text.length(); i++) {
      if (line[at + i] != text.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private static int checksum(byte[] line, int end) {
    CRC32C crc = new CRC32C();
    crc.update(line, REST, end - REST);
    return (int) crc.getValue();
  }
}
