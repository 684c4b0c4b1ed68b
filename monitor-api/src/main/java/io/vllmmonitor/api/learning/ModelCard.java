package io.vllmmonitor.api.learning;

import static java.util.Objects.requireNonNull;

import java.util.Map;

/**
 * What a learner is and knows, for people. Immutable.
 *
 * @param observations how many outcomes it has taken in
 * @param facts anything worth showing, by name
 */
public record ModelCard(
    String name, LearningMethod method, long observations, Map<String, String> facts) {
  public ModelCard {
    requireNonNull(name, "name");
    requireNonNull(method, "method");
    facts = Map.copyOf(facts);
  }
}
