package io.vllmmonitor.simulator.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP request, read completely.
 *
 * @param method upper case
 * @param path without query, decoded
 * @param query raw query string, empty if none
 * @param headers by lower-case name; of repeated ones the last
 * @param body empty if there was none
 * @param declaredLength its Content-Length, 0 if there was none
 */
record HttpRequest(
    String method,
    String path,
    String query,
    Map<String, String> headers,
    String body,
    long declaredLength) {

  @Nullable String header(String lowerCaseName) {
    return headers.get(lowerCaseName);
  }

  boolean keepAlive() {
    return !"close".equalsIgnoreCase(headers.getOrDefault("connection", "keep-alive"));
  }

  /** The query parameters; of repeated ones the last. */
  Map<String, String> parameters() {
    Map<String, String> all = new LinkedHashMap<>();
    for (String pair : query.isEmpty() ? List.<String>of() : List.of(query.split("&"))) {
      int eq = pair.indexOf('=');
      String name = eq < 0 ? pair : pair.substring(0, eq);
      all.put(decode(name), eq < 0 ? "" : decode(pair.substring(eq + 1)));
    }
    return all;
  }

  /** All values of one repeated query parameter. */
  List<String> parameterValues(String name) {
    return query.isEmpty()
        ? List.of()
        : List.of(query.split("&")).stream()
            .filter(pair -> pair.startsWith(name + "="))
            .map(pair -> decode(pair.substring(name.length() + 1)))
            .toList();
  }

  private static String decode(String raw) {
    return URLDecoder.decode(raw, UTF_8);
  }
}
