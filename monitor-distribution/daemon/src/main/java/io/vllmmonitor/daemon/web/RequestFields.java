package io.vllmmonitor.daemon.web;

import static io.vllmmonitor.api.error.ErrorCode.HTTP_BAD_REQUEST;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads a body that is a flat object of texts as if its fields were parameters. Stateless. */
final class RequestFields {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private RequestFields() {}

  /**
   * The fields of a body; an empty body has none.
   *
   * @param known the keys that it may have
   * @throws MonitorException HTTP_BAD_REQUEST for anything else
   */
  static Parameters of(byte[] body, Set<String> known, Instant now) {
    Map<String, List<String>> fields = new HashMap<>();
    if (body.length > 0) {
      JsonNode json;
      try {
        json = JSON.readTree(body);
      } catch (IOException e) {
        throw wrong("The body is no JSON", known, e);
      }
      if (!json.isObject()) {
        throw wrong("The body is no JSON object", known, null);
      }
      for (Map.Entry<String, JsonNode> field : json.properties()) {
        if (!known.contains(field.getKey())) {
          throw wrong("The key '" + Text.shorten(field.getKey(), 40) + "' is unknown", known, null);
        }
        if (!field.getValue().isTextual()) {
          throw wrong("The value of '" + field.getKey() + "' is no text", known, null);
        }
        fields.put(field.getKey(), List.of(field.getValue().asText()));
      }
    }
    return new Parameters(name -> fields.getOrDefault(name, List.of()), now);
  }

  private static MonitorException wrong(String what, Set<String> known, @Nullable Exception cause) {
    return new MonitorException(
        HTTP_BAD_REQUEST,
        Blame.OPERATOR,
        what + "; expected an object of texts with the keys " + new TreeSet<>(known),
        cause);
  }
}
