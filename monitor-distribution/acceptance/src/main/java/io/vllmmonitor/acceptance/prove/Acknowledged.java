package io.vllmmonitor.acceptance.prove;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the daemon had acknowledged before it was killed, kept outside of it. */
final class Acknowledged {
  private static final List<String> RECORDS =
      List.of("checkpoints", "firings", "incidents", "attempts", "plugins", "learners");
  private final String instance;
  private final Map<String, List<String>> samples = new LinkedHashMap<>();
  private final Map<String, Map<String, JsonNode>> records = new LinkedHashMap<>();

  private Acknowledged(String instance) {
    this.instance = instance;
  }

  static Acknowledged of(Rest rest, String instance) throws Exception {
    Acknowledged memory = new Acknowledged(instance);
    memory.samples.putAll(memory.samples(rest));
    for (String kind : RECORDS) {
      memory.records.put(kind, byId(rest, kind));
    }
    return memory;
  }

  private Map<String, List<String>> samples(Rest rest) throws Exception {
    Map<String, List<String>> found = new LinkedHashMap<>();
    JsonNode result =
        rest.query("{__name__=~\"vllm:.*\",instance=\"" + instance + "\"}[1d]").path("result");
    for (JsonNode series : result) {
      List<String> values = new ArrayList<>();
      series.path("values").forEach(pair -> values.add(pair.toString()));
      found.put(series.path("metric").toString(), values);
    }
    return found;
  }

  private static Map<String, JsonNode> byId(Rest rest, String kind) throws Exception {
    Map<String, JsonNode> found = new LinkedHashMap<>();
    for (JsonNode item : rest.all("/api/v1/" + kind)) {
      found.put(item.path(kind.equals("learners") ? "name" : "id").asText(), item);
    }
    return found;
  }

  int firingsOf(String guardrail) {
    int count = 0;
    for (JsonNode firing : records.getOrDefault("firings", Map.of()).values()) {
      count += firing.path("guardrail").asText().equals(guardrail) ? 1 : 0;
    }
    return count;
  }

  /** How many acknowledged samples and records are gone or changed. */
  int missingFrom(Rest rest, ProofSetting setting) throws Exception {
    int missing = 0;
    Map<String, List<String>> now = samples(rest);
    for (Map.Entry<String, List<String>> series : samples.entrySet()) {
      List<String> left = new ArrayList<>(series.getValue());
      left.removeAll(new HashSet<>(now.getOrDefault(series.getKey(), List.of())));
      missing += left.size();
      if (!left.isEmpty()) {
        setting.log().accept("lost of " + series.getKey() + ": " + left);
      }
    }
    for (String kind : RECORDS) {
      Map<String, JsonNode> found = byId(rest, kind);
      for (Map.Entry<String, JsonNode> record : records.getOrDefault(kind, Map.of()).entrySet()) {
        JsonNode there = found.get(record.getKey());
        if (there == null
            || (isOver(kind, record.getValue()) && !there.equals(record.getValue()))) {
          missing++;
          setting.log().accept("lost or changed of " + kind + ": " + record.getKey());
        }
      }
    }
    return missing;
  }

  /** Whether nothing may change a record any more. */
  private static boolean isOver(String kind, JsonNode record) {
    return switch (kind) {
      case "checkpoints" -> true;
      case "firings" -> record.path("status").asText().equals("CLEARED");
      case "incidents" -> record.path("status").asText().equals("CLOSED");
      case "attempts" -> record.path("outcome").isTextual();
      default -> false; // plugins and learners go on
    };
  }

  private long sampleCount() {
    return samples.values().stream().mapToLong(List::size).sum();
  }

  private int recordCount() {
    return records.values().stream().mapToInt(Map::size).sum();
  }

  @Override
  public String toString() {
    return "samples " + sampleCount() + " records " + recordCount();
  }
}
