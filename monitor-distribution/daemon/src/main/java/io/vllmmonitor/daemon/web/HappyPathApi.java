package io.vllmmonitor.daemon.web;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.history.AuditAction;
import io.vllmmonitor.api.outcome.HappyPath;
import io.vllmmonitor.core.audit.AuditLog;
import io.vllmmonitor.core.audit.Deed;
import io.vllmmonitor.core.outcome.HappyPaths;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The command that keeps how an incident was ended. */
final class HappyPathApi {
  private static final Set<String> KEYS = Set.of("incident", "name", "description");
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final HappyPaths paths;
  private final AuditLog audit;

  HappyPathApi(HappyPaths paths, AuditLog audit) {
    this.paths = requireNonNull(paths, "paths");
    this.audit = requireNonNull(audit, "audit");
  }

  /**
   * Saves a path and answers it.
   *
   * @param body {@code {"incident": …, "name": …, "description": …}}, the last one optional
   */
  Object save(byte[] body, String actor) {
    JsonNode request = parse(body);
    String incident = text(request, "incident", true);
    String name = text(request, "name", true);
    String description = text(request, "description", false);
    HappyPath path =
        audit.around(
            new Deed(actor, AuditAction.HAPPY_PATH_SAVE, name),
            () -> paths.save(incident, name, description),
            saved -> Map.of("id", saved.id(), "incident", incident));
    return WebJson.tree(path);
  }

  private static JsonNode parse(byte[] body) {
    JsonNode json;
    try {
      json = JSON.readTree(body);
    } catch (IOException e) {
      throw wrong("The body is no JSON", e);
    }
    if (!json.isObject()) {
      throw wrong("The body is no JSON object", null);
    }
    json.fieldNames()
        .forEachRemaining(
            key -> {
              if (!KEYS.contains(key)) {
                throw wrong("The key '" + Text.shorten(key, 40) + "' is not known", null);
              }
            });
    return json;
  }

  private static String text(JsonNode request, String key, boolean required) {
    JsonNode value = request.path(key);
    if (value.isTextual()) {
      return value.asText();
    }
    if (required || !(value.isMissingNode() || value.isNull())) {
      throw wrong("'" + key + "' is " + (value.isMissingNode() ? "missing" : "no text"), null);
    }
    return "";
  }

  private static MonitorException wrong(String found, @Nullable Exception cause) {
    return new MonitorException(
        ErrorCode.HTTP_BAD_REQUEST,
        Blame.OPERATOR,
        found
            + "; expected {\"incident\": ID, \"name\": NAME, \"description\": TEXT}, the last one"
            + " optional",
        cause);
  }
}
