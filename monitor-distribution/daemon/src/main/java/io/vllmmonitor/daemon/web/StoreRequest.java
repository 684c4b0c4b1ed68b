package io.vllmmonitor.daemon.web;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The bodies of commands on the store. */
final class StoreRequest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private StoreRequest() {}

  /** {@code {"dry_run": true}}; an empty body means false. */
  static boolean dryRun(byte[] body) {
    if (body.length == 0) {
      return false;
    }
    try {
      JsonNode node = MAPPER.readTree(body);
      JsonNode flag = node.path("dry_run");
      if (node.isObject() && (flag.isMissingNode() || flag.isBoolean())) {
        return flag.asBoolean(false);
      }
    } catch (IOException e) {
      throw wrong(e);
    }
    throw wrong(null);
  }

  private static MonitorException wrong(@Nullable Exception cause) {
    return new MonitorException(
        ErrorCode.HTTP_BAD_REQUEST,
        Blame.OPERATOR,
        "The body is not understood; expected {\"dry_run\": true}, or nothing",
        cause);
  }
}
