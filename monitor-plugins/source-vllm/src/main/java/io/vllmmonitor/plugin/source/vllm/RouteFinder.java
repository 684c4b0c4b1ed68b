package io.vllmmonitor.plugin.source.vllm;

import io.vllmmonitor.api.plugin.HttpAnswer;
import io.vllmmonitor.api.target.TargetCapabilities;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Finds out what a server offers: its version and its routes, once per life of the server and again
 * every ten minutes. The routes come from {@code /openapi.json}; a server that does not list them
 * (the Rust front end, or one started without docs) is asked for the few routes that matter: by GET
 * where that only reads, else by OPTIONS, which changes nothing: 404 means that there is no such
 * route, 2xx and 405 that there is. Confined to one thread.
 */
final class RouteFinder {
  private static final Duration EVERY = Duration.ofMinutes(10);
  private static final Duration AGAIN = Duration.ofMinutes(1);
  private static final int LARGEST_LISTING = 4 << 20;
  private static final List<String> READING = List.of("/is_paused", "/is_sleeping", "/load");
  private static final List<String> CHANGING =
      List.of("/pause", "/resume", "/reset_prefix_cache", "/abort_requests", "/sleep", "/wake_up");

  private TargetCapabilities found = TargetCapabilities.unknown();
  private @Nullable String life;
  private Instant due = Instant.MIN;

  /** What is known by now; asks where it is time to. */
  TargetCapabilities find(SideQuestions questions, String incarnation, Instant at) {
    if (!incarnation.equals(life)) {
      life = incarnation;
      found = TargetCapabilities.unknown();
      due = at;
    }
    if (!at.isBefore(due) && !questions.over()) {
      due = at.plus(AGAIN);
      ask(questions, at);
    }
    return found;
  }

  private void ask(SideQuestions questions, Instant at) {
    Object version = questions.getObject("/version").get("version");
    Set<String> routes = listed(questions);
    if (routes.isEmpty() && !questions.over()) {
      routes = tried(questions);
    }
    // Half an answer would read as "this route is missing".
    if (!questions.over() && !routes.isEmpty()) {
      found = new TargetCapabilities(version instanceof String text ? text : "", routes);
      due = at.plus(EVERY);
    }
  }

  private static Set<String> listed(SideQuestions questions) {
    HttpAnswer answer =
        questions.ask("GET", "/openapi.json", Duration.ofSeconds(2), LARGEST_LISTING);
    if (answer == null || !answer.isSuccess()) {
      return Set.of();
    }
    Set<String> routes = new TreeSet<>();
    Map<String, @Nullable Object> paths = Json.asObject(Json.object(answer.text()).get("paths"));
    paths.forEach(
        (path, methods) ->
            Json.asObject(methods)
                .keySet()
                .forEach(method -> routes.add(method.toUpperCase(Locale.ROOT) + " " + path)));
    return routes;
  }

  private static Set<String> tried(SideQuestions questions) {
    Set<String> routes = new TreeSet<>();
    for (String path : READING) {
      HttpAnswer answer = questions.get(path);
      if (answer != null && answer.isSuccess()) {
        routes.add("GET " + path);
      }
    }
    for (String path : CHANGING) {
      HttpAnswer answer = questions.ask("OPTIONS", path, Duration.ofSeconds(1), 64 * 1024);
      if (answer != null && (answer.isSuccess() || answer.status() == 405)) {
        routes.add("POST " + path);
      }
    }
    return routes;
  }
}
