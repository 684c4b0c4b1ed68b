package io.vllmmonitor.simulator.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A client that opens a connection per request. */
record Answer(int status, String contentType, String body) {

  static Answer get(SimulatedVllmServer server, String path) throws IOException {
    return send(server, "GET", path, null);
  }

  static Answer post(SimulatedVllmServer server, String path, @Nullable String body)
      throws IOException {
    return send(server, "POST", path, body);
  }

  static CompletableFuture<Answer> later(SimulatedVllmServer server, String path, String body) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return post(server, path, body);
          } catch (IOException e) {
            return new Answer(0, "", String.valueOf(e.getMessage()));
          }
        },
        task -> new Thread(task, "test-client").start());
  }

  static Answer send(SimulatedVllmServer server, String method, String path, @Nullable String body)
      throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection) URI.create(server.url() + path).toURL().openConnection();
    connection.setConnectTimeout(5_000);
    connection.setReadTimeout(20_000);
    connection.setRequestMethod(method);
    connection.setRequestProperty("Connection", "close");
    if (body != null) {
      connection.setDoOutput(true);
      connection.setRequestProperty("Content-Type", "application/json");
      connection.getOutputStream().write(body.getBytes(UTF_8));
    }
    int status = connection.getResponseCode();
    try (InputStream in =
        status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
      String text = in == null ? "" : new String(in.readAllBytes(), UTF_8);
      String type = connection.getContentType();
      return new Answer(status, type == null ? "" : type, text);
    }
  }

  /** The value of the sample whose line begins with {@code series}. */
  static double metric(SimulatedVllmServer server, String series) throws IOException {
    return value(get(server, "/metrics").body(), series);
  }

  static double value(String page, String series) {
    return page.lines()
        .filter(line -> line.startsWith(series + " ") || line.startsWith(series + "{"))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .findFirst()
        .orElse(Double.NaN);
  }
}
