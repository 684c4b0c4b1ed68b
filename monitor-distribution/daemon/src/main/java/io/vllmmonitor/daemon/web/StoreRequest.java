package io.vllmmonitor.daemon.web;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
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

  /** {@code {"backup": "/an/absolute/path"}}; null for an empty body and without that key. */
  static @Nullable Path backup(byte[] body) {
    if (body.length == 0) {
      return null;
    }
    try {
      JsonNode node = MAPPER.readTree(body);
      JsonNode text = node.path("backup");
      if (node.isObject() && text.isMissingNode() && node.isEmpty()) {
        return null;
      }
      Path path = text.isTextual() && node.size() == 1 ? Path.of(text.asText()) : null;
      if (path != null && path.isAbsolute()) {
        return path;
      }
    } catch (IOException | InvalidPathException e) {
      throw noBackup(e);
    }
    throw noBackup(null);
  }

  private static MonitorException noBackup(@Nullable Exception cause) {
    return new MonitorException(
        ErrorCode.HTTP_BAD_REQUEST,
        Blame.OPERATOR,
        "The body is not understood; expected {\"backup\": \"/an/absolute/path\"} on the daemon's"
            + " machine, or nothing",
        cause);
  }

  private static MonitorException wrong(@Nullable Exception cause) {
    return new MonitorException(
        ErrorCode.HTTP_BAD_REQUEST,
        Blame.OPERATOR,
        "The body is not understood; expected {\"dry_run\": true}, or nothing",
        cause);
  }
}
