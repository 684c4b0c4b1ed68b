package io.vllmmonitor.simulator.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A complete answer.
 *
 * @param status the status code
 * @param contentType null for an answer without a body
 * @param body empty if none
 */
record HttpResponse(int status, @Nullable String contentType, String body) {
  static final String JSON = "application/json";
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** Its Content-Length. */
  int bytes() {
    return body.getBytes(UTF_8).length;
  }

  static HttpResponse empty(int status) {
    return new HttpResponse(status, null, "");
  }

  static HttpResponse json(int status, Object body) {
    try {
      return new HttpResponse(status, JSON, MAPPER.writeValueAsString(body));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("an answer that cannot be written as JSON: " + body, e);
    }
  }

  /** An object with its members in the order given: name, value, name, value, … */
  static Map<String, @Nullable Object> object(@Nullable Object... members) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    for (int i = 0; i + 1 < members.length; i += 2) {
      object.put(String.valueOf(members[i]), members[i + 1]);
    }
    return object;
  }

  /** An error as vLLM's OpenAI routes report it. */
  static HttpResponse error(int status, String type, @Nullable String parameter, String message) {
    return json(
        status,
        object(
            "error", object("message", message, "type", type, "param", parameter, "code", status)));
  }

  static HttpResponse badRequest(@Nullable String parameter, String message) {
    return error(400, "BadRequestError", parameter, message);
  }

  /** What requests get whose engine died. */
  static HttpResponse engineDead() {
    return error(
        500,
        "InternalServerError",
        null,
        "EngineCore encountered an issue. See stack trace (above) for the root cause.");
  }
}
