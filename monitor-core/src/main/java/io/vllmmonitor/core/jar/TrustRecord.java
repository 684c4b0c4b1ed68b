package io.vllmmonitor.core.jar;

import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_SIGNATURE;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What is remembered of the trust in one plugin id. Immutable.
 *
 * @param key the public key its jars are signed with, in Base64; empty where none was seen yet
 * @param accepted why jars were let in, by hash, the latest last; at most 64
 */
record TrustRecord(String key, Map<String, TrustLevel> accepted) {
  private static final int MOST = 64;
  private static final ObjectMapper MAPPER = JsonMapper.builder().build();

  TrustRecord {
    requireNonNull(key, "key");
    accepted = Collections.unmodifiableMap(new LinkedHashMap<>(accepted));
  }

  static TrustRecord empty() {
    return new TrustRecord("", Map.of());
  }

  /** The same with another key. */
  TrustRecord withKey(String other) {
    return new TrustRecord(other, accepted);
  }

  /** The same with one more jar. */
  TrustRecord with(String hash, TrustLevel level) {
    Map<String, TrustLevel> more = new LinkedHashMap<>(accepted);
    more.remove(hash);
    more.put(hash, level);
    if (more.size() > MOST) {
      more.remove(more.keySet().iterator().next());
    }
    return new TrustRecord(key, more);
  }

  Optional<TrustLevel> level(String hash) {
    return Optional.ofNullable(accepted.get(hash));
  }

  /** In the form of a saved state. */
  String json() {
    ObjectNode root = MAPPER.createObjectNode();
    root.putObject("key").put("text", key);
    root.putObject("accepted")
        .put(
            "text",
            accepted.entrySet().stream()
                .map(entry -> entry.getKey() + " " + entry.getValue().text())
                .collect(Collectors.joining("\n")));
    return root.toString();
  }

  /**
   * Reads what {@link #json} wrote.
   *
   * @throws MonitorException PLUGIN_SIGNATURE where it cannot be read: what is not known for sure
   *     is not trusted
   */
  static TrustRecord parse(String id, String json) {
    try {
      JsonNode root = MAPPER.readTree(json);
      Map<String, TrustLevel> accepted = new LinkedHashMap<>();
      root.at("/accepted/text")
          .asText()
          .lines()
          .forEach(
              line -> {
                int space = line.indexOf(' ');
                accepted.put(line.substring(0, space), TrustLevel.parse(line.substring(space + 1)));
              });
      return new TrustRecord(root.at("/key/text").asText(), accepted);
    } catch (JsonProcessingException | RuntimeException e) {
      throw new MonitorException(
          PLUGIN_SIGNATURE,
          Blame.ENVIRONMENT,
          "What was remembered of the keys of plugin " + id + " cannot be read; run 'verify'",
          e);
    }
  }
}
