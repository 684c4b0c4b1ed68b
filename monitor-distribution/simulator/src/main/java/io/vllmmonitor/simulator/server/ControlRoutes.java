package io.vllmmonitor.simulator.server;

import static io.vllmmonitor.simulator.server.HttpResponse.object;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vllmmonitor.simulator.engine.PauseMode;
import io.vllmmonitor.simulator.engine.ServingEngine;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The control routes of development mode. Each asks the engine, so a hung engine leaves its caller
 * waiting.
 */
final class ControlRoutes {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final HttpResponse NOBODY_WAITS = HttpResponse.empty(500);

  private final Life life;

  /** Tags whose memory is still given up. */
  private final Set<String> asleep = new HashSet<>();

  ControlRoutes(Life life) {
    this.life = life;
  }

  void register(Router router) {
    router.add("POST", "/pause", this::pause);
    router.add("POST", "/resume", (r, c) -> ask(c, e -> resume(e)));
    router.add(
        "GET",
        "/is_paused",
        (r, c) -> ask(c, e -> HttpResponse.json(200, object("is_paused", e.paused()))));
    router.add("POST", "/abort_requests", this::abort);
    router.add(
        "POST",
        "/reset_prefix_cache",
        (r, c) -> ask(c, e -> HttpResponse.json(200, object("success", e.resetPrefixCache()))));
    router.add("POST", "/sleep", this::sleep);
    router.add("POST", "/wake_up", this::wakeUp);
    router.add(
        "GET",
        "/is_sleeping",
        (r, c) -> ask(c, e -> HttpResponse.json(200, object("is_sleeping", e.sleepLevel() > 0))));
  }

  private HttpResponse pause(HttpRequest request, HttpConnection connection)
      throws InterruptedException {
    Map<String, String> parameters = request.parameters();
    PauseMode mode = mode(parameters.getOrDefault("mode", "abort"));
    Boolean clear = flag(parameters.getOrDefault("clear_cache", "true"));
    if (mode == null || clear == null) {
      return badQuery(mode == null ? "mode" : "clear_cache");
    }
    HttpResponse paused =
        ask(
            connection,
            engine -> {
              engine.pause(mode, clear);
              return HttpResponse.json(200, object("status", "paused"));
            });
    return mode == PauseMode.WAIT ? afterDrain(connection, paused) : paused;
  }

  private static HttpResponse resume(ServingEngine engine) {
    engine.resume();
    return HttpResponse.json(200, object("status", "resumed"));
  }

  private HttpResponse abort(HttpRequest request, HttpConnection connection)
      throws InterruptedException {
    JsonNode body;
    try {
      body = MAPPER.readTree(request.body());
    } catch (JsonProcessingException e) {
      return HttpResponse.badRequest(null, "Invalid JSON format.");
    }
    JsonNode ids = body.path("request_ids");
    if (!body.isObject() || !(ids.isMissingNode() || ids.isArray())) {
      return HttpResponse.badRequest(
          "request_ids", "The body must be an object; request_ids must be a list.");
    }
    Set<String> names = new HashSet<>();
    ids.forEach(id -> names.add(id.asText()));
    return ask(
        connection,
        engine -> {
          int aborted = names.isEmpty() ? engine.abortAll() : life.abort(names);
          return HttpResponse.json(200, object("status", "aborted", "aborted", aborted));
        });
  }

  private HttpResponse sleep(HttpRequest request, HttpConnection connection)
      throws InterruptedException {
    Map<String, String> parameters = request.parameters();
    String level = parameters.getOrDefault("level", "1");
    PauseMode mode = mode(parameters.getOrDefault("mode", "abort"));
    if (mode == null || !(level.equals("1") || level.equals("2"))) {
      return badQuery(mode == null ? "mode" : "level");
    }
    int number = Integer.parseInt(level);
    HttpResponse sleeping =
        ask(
            connection,
            engine -> {
              engine.sleep(number, mode);
              asleep.addAll(List.of("weights", "kv_cache"));
              return HttpResponse.json(200, object("status", "sleeping", "level", number));
            });
    return afterDrain(connection, sleeping);
  }

  private HttpResponse wakeUp(HttpRequest request, HttpConnection connection)
      throws InterruptedException {
    List<String> tags = request.parameterValues("tags");
    return ask(
        connection,
        engine -> {
          asleep.removeAll(tags.isEmpty() ? List.of("weights", "kv_cache") : tags);
          if (asleep.isEmpty()) {
            engine.wakeUp();
          }
          return HttpResponse.json(
              200, object("status", "awake", "tags", tags.isEmpty() ? null : tags));
        });
  }

  private HttpResponse ask(
      HttpConnection connection, Function<ServingEngine, HttpResponse> question)
      throws InterruptedException {
    HttpResponse[] answer = {NOBODY_WAITS};
    Predicate<ServingEngine> once =
        engine -> {
          answer[0] = question.apply(engine);
          return true;
        };
    return life.await(once, connection::clientGone) ? answer[0] : lost();
  }

  private HttpResponse afterDrain(HttpConnection connection, HttpResponse then)
      throws InterruptedException {
    if (then.status() != 200) {
      return then;
    }
    return life.await(engine -> engine.runningNow() == 0, connection::clientGone) ? then : lost();
  }

  private HttpResponse lost() {
    return life.dead() ? HttpResponse.engineDead() : NOBODY_WAITS;
  }

  private static @Nullable PauseMode mode(String text) {
    return Arrays.stream(PauseMode.values())
        .filter(m -> m.name().toLowerCase(Locale.ROOT).equals(text))
        .findFirst()
        .orElse(null);
  }

  private static @Nullable Boolean flag(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "true", "1", "yes", "on" -> Boolean.TRUE;
      case "false", "0", "no", "off" -> Boolean.FALSE;
      default -> null;
    };
  }

  private static HttpResponse badQuery(String parameter) {
    return HttpResponse.badRequest(
        parameter, "Invalid value of the query parameter " + parameter + ".");
  }
}
