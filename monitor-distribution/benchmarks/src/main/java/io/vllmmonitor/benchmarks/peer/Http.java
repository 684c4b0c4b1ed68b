package io.vllmmonitor.benchmarks.peer;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * HTTP over connections that stay open. HttpURLConnection answers faster on loopback than the newer
 * client.
 */
final class Http {
  private static final int CONNECT_MILLIS = 2_000;
  private static final int READ_MILLIS = 120_000;

  private final String base;

  Http(int port) {
    base = "http://127.0.0.1:" + port;
  }

  byte[] get(String path) throws IOException {
    return answer(open(path));
  }

  byte[] post(String path, Map<String, String> headers, byte[] body) throws IOException {
    HttpURLConnection connection = open(path);
    connection.setRequestMethod("POST");
    headers.forEach(connection::setRequestProperty);
    connection.setDoOutput(true);
    connection.setFixedLengthStreamingMode(body.length);
    try (var out = connection.getOutputStream()) {
      out.write(body);
    }
    return answer(connection);
  }

  static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private HttpURLConnection open(String path) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection) URI.create(base + path).toURL().openConnection();
    connection.setConnectTimeout(CONNECT_MILLIS);
    connection.setReadTimeout(READ_MILLIS);
    return connection;
  }

  private byte[] answer(HttpURLConnection connection) throws IOException {
    int status = connection.getResponseCode();
    InputStream body = status < 400 ? connection.getInputStream() : connection.getErrorStream();
    byte[] bytes = new byte[0];
    if (body != null) {
      try (body) {
        bytes = body.readAllBytes();
      }
    }
    if (status >= 300) {
      String text = new String(bytes, StandardCharsets.UTF_8);
      throw new IOException(
          connection.getURL()
              + " answered "
              + status
              + ": "
              + text.substring(0, Math.min(text.length(), 500)));
    }
    return bytes;
  }
}
