package io.vllmmonitor.persistence.foreign;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.InflaterInputStream;
import org.jspecify.annotations.Nullable;

/**
 * One row of a Python table: columns that hold JSON, plain or compressed with zlib in base64, are
 * understood. Which columns were asked for is remembered, so that the others can be told. Confined
 * to one thread.
 */
final class PythonRow {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
  private static final int MOST_INFLATED = 16 << 20;
  private static final Set<String> SECRET_WORDS =
      Set.of("key", "token", "secret", "password", "passwd", "credential", "auth");

  private final Map<String, Object> values;
  private final Set<String> asked = new TreeSet<>();

  /**
   * @param values by column; nulls are left out
   */
  PythonRow(Map<String, Object> values) {
    this.values = values;
  }

  /** The first of these columns that has a value, as text; null when none has. */
  @Nullable String text(String... columns) {
    for (String column : columns) {
      asked.add(column);
      Object value = values.get(column);
      if (value != null) {
        return value.toString();
      }
    }
    return null;
  }

  /** A number; null when there is none or it is none. */
  @Nullable Double number(String... columns) {
    for (String column : columns) {
      asked.add(column);
      if (values.get(column) instanceof Number number) {
        return number.doubleValue();
      }
    }
    return null;
  }

  /** Seconds since 1970 to the millisecond; null when it is no time. */
  @Nullable Instant time(String... columns) {
    Double seconds = number(columns);
    return seconds == null || !(Math.abs(seconds) < 1e11)
        ? null
        : Instant.ofEpochMilli(Math.round(seconds * 1_000));
  }

  /** What a column holds as JSON; a missing node when it holds none. */
  JsonNode json(String column) {
    asked.add(column);
    Object value = values.get(column);
    JsonNode parsed = value == null ? null : understood(value);
    return parsed == null ? MissingNode.getInstance() : parsed;
  }

  private static @Nullable JsonNode understood(Object value) {
    if (value instanceof Number number) {
      return JSON.getNodeFactory().numberNode(number.doubleValue());
    }
    String text =
        value instanceof byte[] bytes
            ? new String(bytes, StandardCharsets.ISO_8859_1)
            : value.toString();
    JsonNode plain = parse(text);
    if (plain != null) {
      return plain;
    }
    try {
      byte[] packed = Base64.getDecoder().decode(text.strip());
      InflaterInputStream in = new InflaterInputStream(new ByteArrayInputStream(packed));
      byte[] inflated = in.readNBytes(MOST_INFLATED);
      return in.read() < 0 ? parse(new String(inflated, StandardCharsets.UTF_8)) : null;
    } catch (IOException | IllegalArgumentException e) {
      return null; // neither JSON nor compressed JSON; the caller takes it as text
    }
  }

  private static @Nullable JsonNode parse(String text) {
    try {
      JsonNode node = JSON.readTree(text);
      return node.isContainerNode() ? node : null;
    } catch (JsonProcessingException e) {
      return null;
    }
  }

  /** An object as texts, secrets left out. */
  Map<String, String> texts(String column) {
    Map<String, String> texts = new TreeMap<>();
    for (Map.Entry<String, JsonNode> field : json(column).properties()) {
      JsonNode value = field.getValue();
      String text = value.isValueNode() ? value.asText() : value.toString();
      texts.put(field.getKey(), isSecret(field.getKey()) ? "[redacted]" : text);
    }
    return texts;
  }

  private static boolean isSecret(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return SECRET_WORDS.stream().anyMatch(lower::contains);
  }

  /** The numbers of an object. */
  Map<String, Double> numbers(String column) {
    Map<String, Double> numbers = new TreeMap<>();
    for (Map.Entry<String, JsonNode> field : json(column).properties()) {
      if (field.getValue().isNumber()) {
        numbers.put(field.getKey(), field.getValue().asDouble());
      }
    }
    return numbers;
  }

  /** The items of an array as texts. */
  List<String> list(String column) {
    List<String> items = new ArrayList<>();
    for (JsonNode item : json(column)) {
      items.add(item.isValueNode() ? item.asText() : item.toString());
    }
    return items;
  }

  /** Columns with a value that nobody asked for. */
  Set<String> unasked() {
    Set<String> left = new TreeSet<>(values.keySet());
    left.removeAll(asked);
    return left;
  }

  /** The values themselves, sorted, as the identity of a row that has none. */
  String content() {
    Map<String, Object> sorted = new TreeMap<>();
    values.forEach(
        (column, value) ->
            sorted.put(
                column,
                value instanceof byte[] bytes
                    ? Base64.getEncoder().encodeToString(bytes)
                    : value.toString()));
    return new LinkedHashMap<>(sorted).toString();
  }
}
