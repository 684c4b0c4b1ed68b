package io.vllmmonitor.daemon.web;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import io.vllmmonitor.api.config.Durations;
import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.target.TargetId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/**
 * Writes the API's JSON: keys in snake case, times in RFC 3339, durations as text, numbers that
 * JSON does not know as null. Thread-safe.
 */
final class WebJson {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          .addModule(spelling())
          .build();

  private WebJson() {}

  static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /** Any entity or collection as a tree. */
  static ObjectNode tree(Object entity) {
    return MAPPER.valueToTree(entity);
  }

  static JsonNode node(Object entity) {
    return MAPPER.valueToTree(entity);
  }

  static byte[] bytes(Object value) {
    try {
      return MAPPER.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("An answer could not be written as JSON", e);
    }
  }

  private static SimpleModule spelling() {
    SimpleModule module = new SimpleModule("spelling");
    module.addSerializer(
        Instant.class,
        new As<>(Instant.class, (value, json) -> json.writeString(Text.time(value))));
    module.addSerializer(
        Duration.class,
        new As<>(Duration.class, (value, json) -> json.writeString(Durations.print(value))));
    module.addSerializer(
        TargetId.class,
        new As<>(TargetId.class, (value, json) -> json.writeString(value.instance())));
    module.addSerializer(
        Labels.class, new As<>(Labels.class, (value, json) -> json.writePOJO(value.toMap())));
    module.addSerializer(
        Path.class, new As<>(Path.class, (value, json) -> json.writeString(value.toString())));
    module.addSerializer(Double.class, new As<>(Double.class, WebJson::number));
    module.addSerializer(double.class, new As<>(Double.class, WebJson::number));
    return module;
  }

  private static void number(Double value, JsonGenerator json) throws IOException {
    if (Double.isFinite(value)) {
      json.writeNumber(value);
    } else {
      json.writeNull();
    }
  }

  private interface Writing<T> {
    void write(T value, JsonGenerator json) throws IOException;
  }

  private static final class As<T> extends StdSerializer<T> {
    private static final long serialVersionUID = 1L;

    private final transient Writing<T> writing;

    private As(Class<T> type, Writing<T> writing) {
      super(type);
      this.writing = writing;
    }

    @Override
    public void serialize(T value, JsonGenerator json, SerializerProvider provider)
        throws IOException {
      writing.write(value, json);
    }
  }
}
