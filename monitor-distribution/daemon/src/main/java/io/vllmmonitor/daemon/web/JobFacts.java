package io.vllmmonitor.daemon.web;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import java.util.TreeMap;

/** What the audit keeps of the result of a job: its plain values, and the size of its lists. */
public final class JobFacts {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private JobFacts() {}

  /** Of a result as it is printed. */
  public static Map<String, String> of(String result) {
    try {
      return of(MAPPER.readTree(result));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("A result is JSON", e);
    }
  }

  static Map<String, String> of(JsonNode result) {
    Map<String, String> facts = new TreeMap<>();
    for (Map.Entry<String, JsonNode> field : result.properties()) {
      JsonNode value = field.getValue();
      if (value.isContainerNode()) {
        facts.put(field.getKey(), Integer.toString(value.size()));
      } else if (!value.isNull()) {
        facts.put(field.getKey(), value.asText());
      }
    }
    return facts;
  }
}
