package io.vllmmonitor.core.prediction;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is not in the predictions themselves, as JSON: {@code {"lastUp", "open": {id: {"at",
 * "until", "unwatchedMillis"}}}}, times in milliseconds. Immutable.
 *
 * @param lastUp when the target was last seen up; null when never
 * @param open by the id of the prediction
 */
record OpenState(@Nullable Instant lastUp, Map<String, Saved> open) {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** One open prediction as it was saved. */
  record Saved(Instant at, Instant until, Duration unwatched) {}

  OpenState {
    open = Map.copyOf(open);
  }

  static String write(@Nullable Instant lastUp, Collection<OpenPrediction> predictions) {
    ObjectNode root = MAPPER.createObjectNode();
    if (lastUp != null) {
      root.put("lastUp", lastUp.toEpochMilli());
    }
    ObjectNode open = root.putObject("open");
    for (OpenPrediction prediction : predictions) {
      if (!prediction.shadow()) {
        open.putObject(prediction.prediction().id())
            .put("at", prediction.prediction().at().toEpochMilli())
            .put("until", prediction.until().toEpochMilli())
            .put("unwatchedMillis", prediction.unwatched().toMillis());
      }
    }
    return root.toString();
  }

  /**
   * @throws JsonProcessingException when the text is not what {@link #write} makes
   */
  static OpenState read(String fields) throws JsonProcessingException {
    JsonNode root = MAPPER.readTree(fields);
    Map<String, Saved> open = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : root.path("open").properties()) {
      JsonNode saved = entry.getValue();
      open.put(
          entry.getKey(),
          new Saved(
              Instant.ofEpochMilli(saved.path("at").longValue()),
              Instant.ofEpochMilli(saved.path("until").longValue()),
              Duration.ofMillis(Math.max(0, saved.path("unwatchedMillis").longValue()))));
    }
    JsonNode lastUp = root.path("lastUp");
    return new OpenState(
        lastUp.isIntegralNumber() ? Instant.ofEpochMilli(lastUp.longValue()) : null, open);
  }
}
