package io.vllmmonitor.core.guardrail;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The running hold-downs as JSON: per guardrail {@code {"breach": {"since", "last", "heldMillis"},
 * "pass": …}}, only those that run. Stateless.
 */
final class HoldDownState {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String BREACH = "breach";
  private static final String PASS = "pass";

  /** One guardrail's two hold-downs as they were saved. */
  record Saved(JsonNode breach, JsonNode pass) {}

  private HoldDownState() {}

  static String write(Iterable<Watch> watches) {
    ObjectNode root = MAPPER.createObjectNode();
    for (Watch watch : watches) {
      ObjectNode entry = MAPPER.createObjectNode();
      put(entry, BREACH, watch.breachHold());
      // A pass is held only for the sake of a firing; a healthy guardrail need not be stored.
      if (watch.firing()) {
        put(entry, PASS, watch.passHold());
      }
      if (!entry.isEmpty()) {
        root.set(watch.id(), entry);
      }
    }
    return root.toString();
  }

  /**
   * @throws JsonProcessingException when the text is not what {@link #write} makes
   */
  static Map<String, Saved> read(String fields) throws JsonProcessingException {
    Map<String, Saved> saved = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : MAPPER.readTree(fields).properties()) {
      saved.put(
          entry.getKey(), new Saved(entry.getValue().path(BREACH), entry.getValue().path(PASS)));
    }
    return saved;
  }

  /** Continues a watch's hold-downs; a part that is not there stays fresh. */
  static void restore(Watch watch, Saved saved) {
    resume(watch.breachHold(), saved.breach());
    resume(watch.passHold(), saved.pass());
  }

  private static void put(ObjectNode entry, String name, HoldDown hold) {
    Instant since = hold.since();
    Instant last = hold.last();
    if (since != null && last != null) {
      entry
          .putObject(name)
          .put("since", since.toEpochMilli())
          .put("last", last.toEpochMilli())
          .put("heldMillis", hold.held().toMillis());
    }
  }

  private static void resume(HoldDown hold, JsonNode saved) {
    if (saved.path("since").isIntegralNumber() && saved.path("last").isIntegralNumber()) {
      hold.restore(
          Instant.ofEpochMilli(saved.path("since").longValue()),
          Instant.ofEpochMilli(saved.path("last").longValue()),
          Duration.ofMillis(Math.max(0, saved.path("heldMillis").longValue())));
    }
  }
}
