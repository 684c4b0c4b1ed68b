package io.vllmmonitor.core.testing;

import io.vllmmonitor.api.learning.Advice;
import io.vllmmonitor.api.learning.DecisionQuery;
import io.vllmmonitor.api.learning.Learner;
import io.vllmmonitor.api.learning.LearningEvent;
import io.vllmmonitor.api.learning.LearningMethod;
import io.vllmmonitor.api.learning.ModelCard;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Notes every event, knows fixed scores. */
public final class FakeLearner implements Learner {
  public final List<LearningEvent> heard = new ArrayList<>();
  public final Map<String, Double> scores = new HashMap<>();
  public boolean broken;
  private final String id;

  public FakeLearner(String id) {
    this.id = id;
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public void observe(LearningEvent event) {
    check();
    heard.add(event);
  }

  @Override
  public Advice advise(DecisionQuery query) {
    check();
    return new Advice(
        query.strategies().stream()
            .map(
                strategy ->
                    new Advice.Ranked(strategy, scores.getOrDefault(strategy, 0.5), id + " says"))
            .toList());
  }

  @Override
  public ModelCard modelCard() {
    check();
    return new ModelCard(id, LearningMethod.RULE_BASED, heard.size(), Map.of());
  }

  private void check() {
    if (broken) {
      throw new IllegalStateException("broken");
    }
  }
}
