package io.vllmmonitor.api.plugin;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One request to the target of a plugin. Immutable.
 *
 * @param method GET, POST, OPTIONS or HEAD
 * @param path below the target's URL, beginning with a slash, query included
 * @param headers to add; authorization comes from the target's configuration
 * @param body sent as {@code application/json} unless a header says otherwise; null sends none
 * @param deadline for the whole exchange, body included
 * @param maxBytes the largest answer accepted, after decompression
 */
public record HttpCall(
    String method,
    String path,
    Map<String, String> headers,
    @Nullable String body,
    Duration deadline,
    int maxBytes) {
  private static final int DEFAULT_MAX_BYTES = 1 << 20;

  public HttpCall {
    requireNonNull(method, "method");
    requireNonNull(path, "path");
    headers = Map.copyOf(headers);
    requireNonNull(deadline, "deadline");
    if (!path.startsWith("/")) {
      throw new IllegalArgumentException("A path begins with a slash, found " + path);
    }
  }

  /** A GET that accepts 1 MiB. */
  public static HttpCall get(String path, Duration deadline) {
    return new HttpCall("GET", path, Map.of(), null, deadline, DEFAULT_MAX_BYTES);
  }

  /** A POST that accepts 1 MiB. */
  public static HttpCall post(String path, @Nullable String body, Duration deadline) {
    return new HttpCall("POST", path, Map.of(), body, deadline, DEFAULT_MAX_BYTES);
  }

  /** The same with one more header, in place of one of that name. */
  public HttpCall withHeader(String name, String value) {
    Map<String, String> more = new java.util.HashMap<>(headers);
    more.put(name, value);
    return new HttpCall(method, path, more, body, deadline, maxBytes);
  }

  /** The same with another largest answer. */
  public HttpCall withMaxBytes(int bytes) {
    return new HttpCall(method, path, headers, body, deadline, bytes);
  }
}
