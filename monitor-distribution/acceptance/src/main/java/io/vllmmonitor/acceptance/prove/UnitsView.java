package io.vllmmonitor.acceptance.prove;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * What a daemon says of its plugins, dropped sources and problems at one moment. Immutable.
 *
 * @param plugins items of {@code /api/v1/plugins}
 * @param problems items of {@code /api/v1/problems}
 * @param guardrails items of {@code /api/v1/guardrails}
 */
record UnitsView(List<JsonNode> plugins, List<JsonNode> problems, List<JsonNode> guardrails) {
  UnitsView {
    plugins = List.copyOf(plugins);
    problems = List.copyOf(problems);
    guardrails = List.copyOf(guardrails);
  }

  /** Asks the daemon. */
  static UnitsView of(Rest rest) throws IOException, InterruptedException {
    requireNonNull(rest, "rest");
    return new UnitsView(
        rest.all("/api/v1/plugins"), rest.all("/api/v1/problems"), rest.all("/api/v1/guardrails"));
  }

  /** The unit of this id, where it is known. */
  Optional<JsonNode> plugin(String unit) {
    return plugins.stream().filter(item -> item.path("id").asText().equals(unit)).findFirst();
  }

  /** Whether a unit runs. */
  boolean isLive(String unit) {
    return plugin(unit).map(item -> item.path("status").asText().equals("ACTIVE")).orElse(false);
  }

  /** The guardrail of this id, where it is evaluated. */
  Optional<JsonNode> guardrail(String id) {
    return guardrails.stream().filter(item -> item.path("id").asText().equals(id)).findFirst();
  }

  /** How often a guardrail was called since it runs; 0 when it does not. */
  long evaluations(String id) {
    return guardrail(id)
        .map(item -> item.path("targets").path(0).path("evaluations").asLong())
        .orElse(0L);
  }
}
