package io.vllmmonitor.api.learning;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * Asks which of these strategies to prefer. Immutable.
 *
 * @param strategies ids; the answer ranks exactly these
 */
public record DecisionQuery(String situation, List<String> strategies) {
  public DecisionQuery {
    requireNonNull(situation, "situation");
    strategies = List.copyOf(strategies);
  }
}
