package ${package};

import io.vllmmonitor.api.config.ConfigSpec;
import io.vllmmonitor.api.extension.StateReader;
import io.vllmmonitor.api.extension.StateWriter;
import io.vllmmonitor.api.learning.Advice;
import io.vllmmonitor.api.learning.DecisionQuery;
import io.vllmmonitor.api.learning.Learner;
import io.vllmmonitor.api.learning.LearningEvent;
import io.vllmmonitor.api.learning.LearningMethod;
import io.vllmmonitor.api.learning.ModelCard;
import io.vllmmonitor.api.outcome.MitigationOutcome;
import io.vllmmonitor.api.plugin.PluginContext;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Ranks strategies by how often each one worked, with a prior of one success and one failure. */
public final class ${className} implements Learner {
  private static final int MOST_STRATEGIES = 200;

  private final int mostAttempts;
  private final String[] strategies = new String[MOST_STRATEGIES];
  private final double[] successes = new double[MOST_STRATEGIES];
  private final double[] tries = new double[MOST_STRATEGIES];
  private final List<String> attempts = new ArrayList<>();
  private int known;
  private long observations;

  public ${className}(PluginContext context) {
    long most = context.config().integer("remembered_attempts", 200);
    mostAttempts = (int) Math.max(1, Math.min(1000, most));
  }

  @Override
  public String id() {
    return "${artifactId}";
  }

  @Override
  public void observe(LearningEvent event) {
    if (attempts.contains(event.attemptId())) {
      return;
    }
    attempts.add(event.attemptId());
    if (attempts.size() > mostAttempts) {
      attempts.remove(0);
    }
    observations++;
    int place = place(event.strategy());
    if (place < 0 && known < MOST_STRATEGIES) {
      place = known++;
      strategies[place] = event.strategy();
    }
    if (place >= 0 && event.outcome() != MitigationOutcome.NOT_APPLICABLE) {
      tries[place] += 1;
      successes[place] += value(event.outcome());
    }
  }

  private int place(String strategy) {
    for (int i = 0; i < known; i++) {
      if (strategies[i].equals(strategy)) {
        return i;
      }
    }
    return -1;
  }

  private static double value(MitigationOutcome outcome) {
    if (outcome == MitigationOutcome.SUCCESS) {
      return 1;
    }
    return outcome == MitigationOutcome.PARTIAL_SUCCESS ? 0.5 : 0;
  }

  @Override
  public Advice advise(DecisionQuery query) {
    List<Advice.Ranked> left = new ArrayList<>();
    for (int i = 0; i < query.strategies().size(); i++) {
      left.add(ranked((String) query.strategies().get(i)));
    }
    List<Advice.Ranked> ranking = new ArrayList<>();
    while (!left.isEmpty()) {
      int best = 0;
      for (int i = 1; i < left.size(); i++) {
        if (((Advice.Ranked) left.get(i)).score() > ((Advice.Ranked) left.get(best)).score()) {
          best = i;
        }
      }
      ranking.add(left.get(best));
      left.remove(best);
    }
    return new Advice(ranking);
  }

  private Advice.Ranked ranked(String strategy) {
    int place = place(strategy);
    double worked = place < 0 ? 0 : successes[place];
    double tried = place < 0 ? 0 : tries[place];
    return new Advice.Ranked(
        strategy, (worked + 1) / (tried + 2), worked + " of " + tried + " tries worked");
  }

  @Override
  public ModelCard modelCard() {
    return new ModelCard("${className}", LearningMethod.BAYESIAN, observations, Collections.emptyMap());
  }

  @Override
  public void saveState(StateWriter state) {
    state.integer("observations", observations);
    state.integer("strategies", known);
    for (int i = 0; i < known; i++) {
      state.text("strategy." + i, strategies[i]);
      state.number("successes." + i, successes[i]);
      state.number("tries." + i, tries[i]);
    }
    state.integer("attempts", attempts.size());
    for (int i = 0; i < attempts.size(); i++) {
      state.text("attempt." + i, (String) attempts.get(i));
    }
  }

  @Override
  public void restoreState(StateReader state, int fromVersion) {
    observations = state.integer("observations", 0);
    known = (int) Math.min(MOST_STRATEGIES, state.integer("strategies", 0));
    for (int i = 0; i < known; i++) {
      strategies[i] = state.text("strategy." + i, "");
      tries[i] = Math.max(0, state.number("tries." + i, 0));
      successes[i] = Math.max(0, Math.min(tries[i], state.number("successes." + i, 0)));
    }
    long remembered = Math.min(mostAttempts, state.integer("attempts", 0));
    for (int i = 0; i < remembered; i++) {
      attempts.add(state.text("attempt." + i, ""));
    }
  }

  @Override
  public ConfigSpec configSpec() {
    return ConfigSpec.of(
        new ConfigSpec.Key(
            "remembered_attempts", "200", "How many attempts it knows again, in attempts."));
  }
}
