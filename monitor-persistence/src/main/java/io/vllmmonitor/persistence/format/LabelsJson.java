package io.vllmmonitor.persistence.format;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.vllmmonitor.api.sample.Labels;
import java.util.Map;

/** Labels as a JSON object with sorted names, which plain sqlite3 can look into. */
public final class LabelsJson {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final TypeReference<Map<String, String>> TEXTS = new TypeReference<>() {};

  private LabelsJson() {}

  public static String encode(Labels labels) {
    try {
      return JSON.writeValueAsString(labels.toMap());
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("Labels that are no JSON: " + labels, e);
    }
  }

  /**
   * @throws DamagedBytesException when it is no object of texts
   */
  public static Labels decode(String json) {
    try {
      return Labels.of(JSON.readValue(json, TEXTS));
    } catch (JsonProcessingException e) {
      throw new DamagedBytesException("No labels: " + json, e);
    }
  }
}
