package io.vllmmonitor.simulator.server;

import static io.vllmmonitor.simulator.server.HttpResponse.object;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Routes of one life of the server. Serves each connection on that connection's thread. */
final class Router {
  private static final Logger LOG = LoggerFactory.getLogger(Router.class);

  /** Left out by the instrumentation of a real server. */
  private static final Set<String> UNCOUNTED =
      Set.of("/metrics", "/health", "/load", "/ping", "/version");

  private static final String SIMULATOR = "/simulator/";

  private final Life life;
  private final Map<String, Map<String, Route>> routes = new LinkedHashMap<>();

  /** Answers one request. */
  @FunctionalInterface
  interface Route {
    /** The answer, or null when it has already been written to the connection in chunks. */
    @Nullable HttpResponse answer(HttpRequest request, HttpConnection connection)
        throws IOException, InterruptedException;
  }

  Router(SimulatedVllmServer server, Life life) {
    this.life = life;
    new InfoRoutes(server, life).register(this);
    new CompletionRoutes(server.config(), life).register(this);
    if (server.config().devMode()) {
      new ControlRoutes(life).register(this);
    }
    new FaultRoutes(server.faults()).register(this);
    add("GET", "/openapi.json", (request, connection) -> openApi());
  }

  void add(String method, String path, Route route) {
    routes.computeIfAbsent(path, p -> new LinkedHashMap<>()).put(method, route);
  }

  void serve(HttpConnection connection) throws IOException {
    try {
      HttpRequest request;
      while ((request = connection.next()) != null) {
        answer(request, connection);
      }
    } catch (HttpConnection.BadRequestException e) {
      connection.send(
          new HttpResponse(400, "text/plain; charset=utf-8", "Invalid HTTP request received."));
    }
  }

  private void answer(HttpRequest request, HttpConnection connection) throws IOException {
    if (life.gone()) {
      throw new IOException("the process is gone: a kept connection is dropped, not answered");
    }
    double begin = life.epochSeconds();
    HttpResponse response;
    try {
      response = dispatch(request, connection);
    } catch (IOException e) {
      // A stream that breaks after its first byte still counts with the status of that byte.
      count(request, null, life.epochSeconds() - begin);
      throw e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while answering", e);
    } catch (RuntimeException e) {
      LOG.error("answering {} {} failed", request.method(), request.path(), e);
      response = new HttpResponse(500, "text/plain; charset=utf-8", "Internal Server Error");
    }
    count(request, response, life.epochSeconds() - begin);
    if (response != null) {
      connection.send(response);
    }
  }

  private @Nullable HttpResponse dispatch(HttpRequest request, HttpConnection connection)
      throws IOException, InterruptedException {
    Map<String, Route> byMethod = routes.get(request.path());
    if (byMethod == null) {
      return HttpResponse.json(404, object("detail", "Not Found"));
    }
    Route route = byMethod.get(request.method());
    if (route == null) {
      return HttpResponse.json(405, object("detail", "Method Not Allowed"));
    }
    return route.answer(request, connection);
  }

  private void count(HttpRequest request, @Nullable HttpResponse response, double seconds) {
    String path = request.path();
    if (UNCOUNTED.contains(path) || path.startsWith(SIMULATOR)) {
      return;
    }
    boolean known = routes.containsKey(path);
    int status = response == null ? 200 : response.status();
    long sent = response == null ? 0 : response.bytes();
    life.statistics()
        .record(
            known ? path : "none",
            request.method(),
            status,
            request.declaredLength(),
            sent,
            seconds);
  }

  private HttpResponse openApi() {
    Map<String, @Nullable Object> paths = new LinkedHashMap<>();
    routes.forEach(
        (path, byMethod) -> {
          if (!path.startsWith(SIMULATOR) && !path.equals("/openapi.json")) {
            Map<String, @Nullable Object> methods = new LinkedHashMap<>();
            byMethod.keySet().forEach(m -> methods.put(m.toLowerCase(Locale.ROOT), object()));
            paths.put(path, methods);
          }
        });
    return HttpResponse.json(
        200,
        object(
            "openapi",
            "3.1.0",
            "info",
            object("title", "FastAPI", "version", "0.1.0"),
            "paths",
            paths));
  }
}
