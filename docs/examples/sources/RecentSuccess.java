/*
 * id: recent-success
 * version: 1.0.0
 * description: Ranks strategies by a moving average of their success.
 * compiler: javac
 */

import io.vllmmonitor.api.extension.StateReader;
import io.vllmmonitor.api.extension.StateWriter;
import io.vllmmonitor.api.learning.Advice;
import io.vllmmonitor.api.learning.DecisionQuery;
import io.vllmmonitor.api.learning.Learner;
import io.vllmmonitor.api.learning.LearningEvent;
import io.vllmmonitor.api.learning.LearningMethod;
import io.vllmmonitor.api.learning.ModelCard;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;

/** A learner in the whole language: it needs a daemon that runs on a JDK. */
public class RecentSuccess implements Learner {
  private static final double MEMORY = 0.8;
  private static final int MOST_STRATEGIES = 500;

  private final Map<String, Double> averages = new TreeMap<>();
  private long observations;

  public String id() {
    return "recent-success";
  }

  public void observe(LearningEvent event) {
    observations++;
    double reward =
        switch (event.outcome()) {
          case SUCCESS -> 1.0;
          case PARTIAL_SUCCESS -> 0.6;
          case FAILURE, NOT_APPLICABLE -> 0.2;
          case MADE_WORSE -> 0.0;
        };
    if (averages.size() < MOST_STRATEGIES || averages.containsKey(event.strategy())) {
      averages.merge(event.strategy(), reward, (old, now) -> MEMORY * old + (1 - MEMORY) * now);
    }
  }

  public Advice advise(DecisionQuery query) {
    var ranking = new ArrayList<Advice.Ranked>();
    for (var strategy : query.strategies()) {
      double score = averages.getOrDefault(strategy, 0.5);
      ranking.add(new Advice.Ranked(strategy, score, "moving average of its outcomes"));
    }
    ranking.sort(Comparator.comparingDouble(Advice.Ranked::score).reversed());
    return new Advice(ranking);
  }

  public ModelCard modelCard() {
    var facts = new TreeMap<String, String>();
    averages.forEach((strategy, average) -> facts.put(strategy, "" + average));
    return new ModelCard(
        "Moving averages", LearningMethod.REINFORCEMENT, observations, facts);
  }

  public void saveState(StateWriter state) {
    state.integer("observations", observations);
    averages.forEach((strategy, average) -> state.number("average." + strategy, average));
  }

  public void restoreState(StateReader state, int fromVersion) {
    observations = state.integer("observations", 0);
    for (String name : state.names()) {
      if (name.startsWith("average.")) {
        averages.put(name.substring("average.".length()), state.number(name, 0.5));
      }
    }
  }
}
