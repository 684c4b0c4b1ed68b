package io.vllmmonitor.core.script;

import io.vllmmonitor.api.learning.Advice;
import io.vllmmonitor.api.learning.ModelCard;
import io.vllmmonitor.api.mitigation.ActionPlan;
import io.vllmmonitor.api.mitigation.ActionStep;
import io.vllmmonitor.api.outcome.Measurement;
import io.vllmmonitor.api.prediction.Forecast;
import io.vllmmonitor.api.sample.MetricSpec;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Looks into the collections of what a dropped source answers. A source whose generics are erased
 * can put anything there; without this look the core would fail on it far from the source. Every
 * method answers its argument or throws {@link IllegalStateException}. Stateless.
 */
final class AnswerTypes {
  private AnswerTypes() {}

  static ActionPlan plan(ActionPlan plan) {
    steps("steps", plan.steps());
    steps("rollback", plan.rollback());
    return plan;
  }

  static Measurement measurement(Measurement measurement) {
    all("sideEffects", measurement.sideEffects(), String.class);
    return measurement;
  }

  static Forecast forecast(Forecast forecast) {
    if (forecast instanceof Forecast.Failure failure) {
      all("factors", failure.factors(), String.class);
      all("recommendedMitigations", failure.recommendedMitigations(), String.class);
    }
    return forecast;
  }

  static Advice advice(Advice advice) {
    all("ranking", advice.ranking(), Advice.Ranked.class);
    return advice;
  }

  static ModelCard card(ModelCard card) {
    texts("facts", card.facts());
    return card;
  }

  static List<MetricSpec> specs(List<MetricSpec> specs) {
    all("the list", specs, MetricSpec.class);
    specs.forEach(spec -> all("aliases", spec.aliases(), String.class));
    return List.copyOf(specs);
  }

  private static void steps(String name, List<ActionStep> steps) {
    all(name, steps, ActionStep.class);
    steps.forEach(step -> texts("arguments", step.arguments()));
  }

  private static void texts(String name, Map<String, String> map) {
    all(name, map.keySet(), String.class);
    all(name, map.values(), String.class);
  }

  private static void all(String name, Collection<?> values, Class<?> expected) {
    for (Object value : values) {
      if (!expected.isInstance(value)) {
        throw new IllegalStateException(
            name
                + " of its answer holds a "
                + value.getClass().getSimpleName()
                + "; expected only "
                + expected.getSimpleName());
      }
    }
  }
}
