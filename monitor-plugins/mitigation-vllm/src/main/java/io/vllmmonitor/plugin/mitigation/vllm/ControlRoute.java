package io.vllmmonitor.plugin.mitigation.vllm;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.mitigation.ActionStep;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * One control request of vLLM: the action it is for, its path, and the arguments it takes with
 * their allowed values. Immutable.
 */
record ControlRoute(String action, String path, Map<String, Set<String>> arguments) {
  /** Stops the engine from taking work up; {@code mode=wait} lets what runs finish. */
  static final ControlRoute PAUSE =
      new ControlRoute(
          "vllm.pause",
          "/pause",
          Map.of(
              "mode", Set.of("abort", "wait", "keep"),
              "clear_cache", Set.of("true", "false")));

  static final ControlRoute RESUME = new ControlRoute("vllm.resume", "/resume", Map.of());

  /** Drops cached prefixes; the server refuses while blocks of it are in use. */
  static final ControlRoute RESET_PREFIX_CACHE =
      new ControlRoute("vllm.reset_prefix_cache", "/reset_prefix_cache", Map.of());

  static final List<ControlRoute> ALL = List.of(PAUSE, RESUME, RESET_PREFIX_CACHE);

  ControlRoute {
    requireNonNull(action, "action");
    requireNonNull(path, "path");
    arguments = Map.copyOf(arguments);
  }

  static Optional<ControlRoute> of(String action) {
    return ALL.stream().filter(route -> route.action.equals(action)).findFirst();
  }

  /** As a server's capabilities list it. */
  String route() {
    return "POST " + path;
  }

  /** What is wrong with the arguments; empty when nothing is. */
  Optional<String> objection(ActionStep step) {
    for (Map.Entry<String, String> given : new TreeMap<>(step.arguments()).entrySet()) {
      Set<String> allowed = arguments.get(given.getKey());
      if (allowed == null) {
        return Optional.of(
            action
                + " takes no argument '"
                + given.getKey()
                + "', only "
                + sorted(arguments.keySet()));
      }
      if (!allowed.contains(given.getValue())) {
        return Optional.of(
            action
                + " has "
                + given.getKey()
                + "="
                + given.getValue()
                + "; expected one of "
                + sorted(allowed));
      }
    }
    return Optional.empty();
  }

  /** Path and query; the allowed values need no escaping. */
  String request(ActionStep step) {
    String query =
        new TreeMap<>(step.arguments())
            .entrySet().stream()
                .map(argument -> argument.getKey() + "=" + argument.getValue())
                .collect(Collectors.joining("&"));
    return query.isEmpty() ? path : path + "?" + query;
  }

  private static String sorted(Set<String> words) {
    return words.isEmpty() ? "none" : words.stream().sorted().collect(Collectors.joining(", "));
  }
}
