package io.vllmmonitor.core.extension;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.core.identity.ContentHash;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the operator configured for a unit when its instances were made, named by its content. Holds
 * references to secrets, never the secrets. Immutable.
 *
 * @param hash SHA-256 (hex) of the text; empty where nothing is configured
 * @param json the keys, sorted, with their values as text; empty where nothing is configured
 */
public record UnitConfiguration(String hash, String json) {
  /** Nothing is configured. */
  public static final UnitConfiguration NONE = new UnitConfiguration("", "");

  private static final ObjectMapper MAPPER = new ObjectMapper();

  public UnitConfiguration {
    requireNonNull(hash, "hash");
    requireNonNull(json, "json");
  }

  /** The configuration as it is stored. */
  public static UnitConfiguration of(Settings settings) {
    if (settings.keys().isEmpty()) {
      return NONE;
    }
    Map<String, String> values = new TreeMap<>();
    settings.keys().forEach(key -> values.put(key, settings.string(key, "")));
    try {
      String json = MAPPER.writeValueAsString(values);
      return new UnitConfiguration(ContentHash.of(json.getBytes(UTF_8)), json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Texts cannot be written as JSON", e);
    }
  }

  /**
   * Reads what {@link #json} holds.
   *
   * @throws MonitorException STORE_DAMAGED when it is something else
   */
  public static Settings settings(String json) {
    try {
      return json.isEmpty()
          ? Settings.empty()
          : Settings.of(MAPPER.readValue(json, new TypeReference<Map<String, String>>() {}));
    } catch (JsonProcessingException e) {
      throw new MonitorException(
          ErrorCode.STORE_DAMAGED,
          Blame.ENVIRONMENT,
          "A stored configuration is no JSON object of texts: " + e.getOriginalMessage(),
          e);
    }
  }
}
