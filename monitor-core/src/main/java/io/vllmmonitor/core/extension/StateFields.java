package io.vllmmonitor.core.extension;

import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_CALL_FAILED;
import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_STATE_RESTORE;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.extension.StateReader;
import io.vllmmonitor.api.extension.StateWriter;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The state of an extension as JSON: {@code {"name": {"type": value}}}, names sorted, so that equal
 * states are equal texts. A double is its 64 bits in hex, an array of doubles those in a row, bytes
 * are Base64. Confined to one thread.
 */
public final class StateFields implements StateWriter {
  /** How long the text may be. */
  public static final int LARGEST_BYTES = 1 << 20;

  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();
  private static final HexFormat HEX = HexFormat.of();

  private final Map<String, Field> fields = new TreeMap<>();
  private long bytes;

  /** One value in its written form. */
  private record Field(String type, String value) {}

  /**
   * Reads what {@link #json} wrote.
   *
   * @throws MonitorException PLUGIN_STATE_RESTORE when it is something else
   */
  public static StateReader parse(String json) {
    Map<String, Field> fields = new TreeMap<>();
    try {
      JsonNode root = MAPPER.readTree(json);
      for (Iterator<String> names = root.fieldNames(); names.hasNext(); ) {
        String name = names.next();
        JsonNode field = root.get(name);
        String type = field.fieldNames().next();
        fields.put(name, new Field(type, field.get(type).asText()));
      }
      return new Reader(fields);
    } catch (JsonProcessingException | RuntimeException e) {
      throw new MonitorException(
          PLUGIN_STATE_RESTORE, Blame.ENVIRONMENT, "The saved state cannot be read", e);
    }
  }

  /**
   * The text.
   *
   * @throws MonitorException PLUGIN_CALL_FAILED beyond 1 MiB
   */
  public String json() {
    ObjectNode root = MAPPER.createObjectNode();
    fields.forEach((name, field) -> root.putObject(name).put(field.type(), field.value()));
    String json = root.toString();
    if (json.length() > LARGEST_BYTES) {
      throw tooLarge();
    }
    return json;
  }

  /** Whether nothing was written. */
  public boolean isEmpty() {
    return fields.isEmpty();
  }

  @Override
  public void text(String name, String value) {
    put(name, "text", requireNonNull(value, "value"));
  }

  @Override
  public void integer(String name, long value) {
    put(name, "integer", Long.toString(value));
  }

  @Override
  public void number(String name, double value) {
    put(name, "number", HEX.toHexDigits(Double.doubleToRawLongBits(value)));
  }

  @Override
  public void flag(String name, boolean value) {
    put(name, "flag", Boolean.toString(value));
  }

  @Override
  public void numbers(String name, double[] values) {
    if (values.length > LARGEST_BYTES / Double.BYTES) {
      throw tooLarge();
    }
    ByteBuffer buffer = ByteBuffer.allocate(values.length * Double.BYTES);
    for (double value : values) {
      buffer.putLong(Double.doubleToRawLongBits(value));
    }
    put(name, "numbers", HEX.formatHex(buffer.array()));
  }

  @Override
  public void bytes(String name, byte[] value) {
    if (value.length > LARGEST_BYTES) {
      throw tooLarge();
    }
    put(name, "bytes", Base64.getEncoder().encodeToString(value));
  }

  private void put(String name, String type, String value) {
    bytes += requireNonNull(name, "name").length() + value.length();
    if (bytes > 4L * LARGEST_BYTES) {
      throw tooLarge();
    }
    fields.put(name, new Field(type, value));
  }

  private static MonitorException tooLarge() {
    return new MonitorException(
        PLUGIN_CALL_FAILED,
        Blame.PLUGIN,
        "The state is larger than " + LARGEST_BYTES + " bytes; the last good one stays");
  }

  /** Gives the fields back. */
  private static final class Reader implements StateReader {
    private final Map<String, Field> fields;

    Reader(Map<String, Field> fields) {
      this.fields = fields;
    }

    @Override
    public Set<String> names() {
      return new TreeSet<>(fields.keySet());
    }

    @Override
    public String text(String name, String fallback) {
      String value = value(name, "text");
      return value == null ? fallback : value;
    }

    @Override
    public long integer(String name, long fallback) {
      String value = value(name, "integer");
      return value == null ? fallback : Long.parseLong(value);
    }

    @Override
    public double number(String name, double fallback) {
      String value = value(name, "number");
      return value == null
          ? fallback
          : Double.longBitsToDouble(HexFormat.fromHexDigitsToLong(value));
    }

    @Override
    public boolean flag(String name, boolean fallback) {
      String value = value(name, "flag");
      return value == null ? fallback : Boolean.parseBoolean(value);
    }

    @Override
    public double[] numbers(String name) {
      String value = value(name, "numbers");
      ByteBuffer buffer = ByteBuffer.wrap(HEX.parseHex(value == null ? "" : value));
      double[] numbers = new double[buffer.capacity() / Double.BYTES];
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = Double.longBitsToDouble(buffer.getLong());
      }
      return numbers;
    }

    @Override
    public byte[] bytes(String name) {
      String value = value(name, "bytes");
      return Base64.getDecoder().decode(value == null ? "" : value);
    }

    private @Nullable String value(String name, String type) {
      Field field = fields.get(name);
      return field != null && field.type().equals(type) ? field.value() : null;
    }
  }
}
