package io.vllmmonitor.plugin.source.vllm;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A real HTTP server on this machine that answers as the test says; 404 for everything else. */
final class VllmServerStub implements AutoCloseable {
  private record Page(int status, String type, String body) {}

  private final HttpServer server;
  private final Map<String, Page> pages = new ConcurrentHashMap<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();

  VllmServerStub(int port) {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/", this::handle);
    server.start();
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + port());
  }

  int port() {
    return server.getAddress().getPort();
  }

  VllmServerStub serve(String route, int status, String type, String body) {
    pages.put(route, new Page(status, type, body));
    return this;
  }

  VllmServerStub json(String route, String body) {
    return serve(route, 200, "application/json", body);
  }

  /** Everything a healthy Python front end of 0.32.0 answers. */
  VllmServerStub serveVllm(String page) {
    serve("GET /metrics", 200, "text/plain; version=1.0.0; charset=utf-8", page(page));
    serve("GET /health", 200, "", "");
    json("GET /version", "{\"version\":\"0.32.0\"}");
    json("GET /is_paused", "{\"is_paused\":false}");
    json("GET /is_sleeping", "{\"is_sleeping\":false}");
    json("GET /load", "{\"server_load\":0}");
    json("GET /v1/models", "{\"object\":\"list\",\"data\":[{\"id\":\"m\",\"owned_by\":\"vllm\"}]}");
    return json(
        "GET /openapi.json",
        "{\"openapi\":\"3.1.0\",\"paths\":{\"/pause\":{\"post\":{\"summary\":\"P\\u0061use\"}},"
            + "\"/resume\":{\"post\":{}},\"/is_paused\":{\"get\":{}},\"/is_sleeping\":{\"get\":{}},"
            + "\"/load\":{\"get\":{}},\"/metrics\":{\"get\":{}}}}");
  }

  static String page(String name) {
    try {
      return Files.readString(Path.of("src/test/resources/pages", name + ".txt"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<String> asked() {
    return List.copyOf(asked);
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String route = exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath();
      asked.add(route);
      Page page = pages.getOrDefault(route, new Page(404, "text/plain", ""));
      if (!page.type().isEmpty()) {
        exchange.getResponseHeaders().set("Content-Type", page.type());
      }
      byte[] body = page.body().getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(page.status(), body.length == 0 ? -1 : body.length);
      if (body.length > 0) {
        exchange.getResponseBody().write(body);
      }
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
