package io.vllmmonitor.simulator.server;

import static io.vllmmonitor.simulator.server.HttpResponse.object;

import io.vllmmonitor.simulator.page.MetricsPage;
import java.util.List;

/** The routes that every server has. */
final class InfoRoutes {
  private final SimulatedVllmServer server;
  private final SimulatorConfig config;
  private final Life life;

  InfoRoutes(SimulatedVllmServer server, Life life) {
    this.server = server;
    this.config = server.config();
    this.life = life;
  }

  void register(Router router) {
    Router.Route health = (request, connection) -> HttpResponse.empty(life.dead() ? 503 : 200);
    router.add("GET", "/health", health);
    router.add("GET", "/ping", health);
    router.add("POST", "/ping", health);
    router.add(
        "GET", "/version", (r, c) -> HttpResponse.json(200, object("version", config.version())));
    router.add("GET", "/load", (r, c) -> HttpResponse.json(200, object("server_load", load())));
    router.add("GET", "/metrics", (r, c) -> metrics());
    router.add("GET", "/v1/models", (r, c) -> models());
  }

  private int load() {
    return config.loadTracking() ? life.load() : 0;
  }

  private HttpResponse metrics() {
    return new HttpResponse(200, MetricsPage.CONTENT_TYPE, life.page(server.connections()));
  }

  private HttpResponse models() {
    long now = (long) life.epochSeconds();
    Object permission =
        object(
            "id", "modelperm-" + life.newId(),
            "object", "model_permission",
            "created", now,
            "allow_create_engine", false,
            "allow_sampling", true,
            "allow_logprobs", true,
            "allow_search_indices", false,
            "allow_view", true,
            "allow_fine_tuning", false,
            "organization", "*",
            "group", null,
            "is_blocking", false);
    Object model =
        object(
            "id",
            config.model(),
            "object",
            "model",
            "created",
            now,
            "owned_by",
            "vllm",
            "root",
            "/models/" + config.model(),
            "parent",
            null,
            "max_model_len",
            config.profile().maxModelLen(),
            "permission",
            List.of(permission));
    return HttpResponse.json(200, object("object", "list", "data", List.of(model)));
  }
}
