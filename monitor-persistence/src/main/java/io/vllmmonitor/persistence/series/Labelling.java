package io.vllmmonitor.persistence.series;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.vllmmonitor.api.sample.Labels;
import java.util.Map;

/** Labels as a JSON object with sorted names, which plain sqlite3 can look into. */
final class Labelling {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final TypeReference<Map<String, String>> TEXTS = new TypeReference<>() {};

  private Labelling() {}

  static String toJson(Labels labels) {
    try {
      return JSON.writeValueAsString(labels.toMap());
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("Labels that are no JSON: " + labels, e);
    }
  }

  /**
   * @throws IllegalArgumentException when it is no object of texts
   */
  static Labels fromJson(String json) {
    try {
      return Labels.of(JSON.readValue(json, TEXTS));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("No labels: " + json, e);
    }
  }
}
