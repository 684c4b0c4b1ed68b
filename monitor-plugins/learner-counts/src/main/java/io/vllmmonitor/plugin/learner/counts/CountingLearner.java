package io.vllmmonitor.plugin.learner.counts;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
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
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Counts how often each strategy worked, in each situation and over all of them. A strategy's score
 * in a situation starts from its score over all situations, which counts as two tries, and that one
 * from one half, as two tries too (Laplace's rule); so a new situation borrows what is known of the
 * strategy, and what is seen in it takes over soon. A partial success counts half, having made
 * things worse counts as two failures, and what could not be tried counts as nothing.
 *
 * <p>Advice is the same for the same past: no chance is involved, and equal scores keep the order
 * of the query.
 */
final class CountingLearner implements Learner {
  private static final double FIRMNESS = 2;
  private static final double EVEN = 0.5;
  private static final int MOST_CELLS = 1_500;
  private static final int LONGEST_NAME = 64;

  /** A strategy in a situation. */
  private record Cell(String situation, String strategy) implements Comparable<Cell> {
    @Override
    public int compareTo(Cell other) {
      int bySituation = situation.compareTo(other.situation);
      return bySituation != 0 ? bySituation : strategy.compareTo(other.strategy);
    }
  }

  private final Map<Cell, Tally> bySituation = new TreeMap<>();
  private final Map<String, Tally> overall = new TreeMap<>();
  private final RecentAttempts attempts = new RecentAttempts();
  private long observations;

  @Override
  public String id() {
    return "counts";
  }

  @Override
  public void observe(LearningEvent event) {
    if (!attempts.add(event.attemptId())) {
      return;
    }
    observations++;
    count(overall, cut(event.strategy()), event);
    count(bySituation, new Cell(cut(event.situation()), cut(event.strategy())), event);
  }

  /** Beyond the cap only what is known already goes on learning; the state must stay small. */
  private static <K> void count(Map<K, Tally> tallies, K key, LearningEvent event) {
    if (tallies.containsKey(key) || tallies.size() < MOST_CELLS) {
      tallies.put(key, tallies.getOrDefault(key, Tally.NONE).with(event.outcome()));
    }
  }

  @Override
  public Advice advise(DecisionQuery query) {
    List<Advice.Ranked> ranking = new ArrayList<>();
    for (String strategy : query.strategies()) {
      ranking.add(ranked(query.situation(), strategy));
    }
    ranking.sort(Comparator.comparingDouble(Advice.Ranked::score).reversed());
    return new Advice(ranking);
  }

  private Advice.Ranked ranked(String situation, String strategy) {
    Tally here = bySituation.getOrDefault(new Cell(cut(situation), cut(strategy)), Tally.NONE);
    Tally everywhere = overall.getOrDefault(cut(strategy), Tally.NONE);
    double score = here.expected(everywhere.expected(EVEN, FIRMNESS), FIRMNESS);
    String explanation =
        everywhere.total() == 0
            ? "never tried"
            : String.format(
                Locale.ROOT,
                "%.1f of %.1f tries worked in this situation, %.1f of %.1f over all",
                here.good(),
                here.total(),
                everywhere.good(),
                everywhere.total());
    return new Advice.Ranked(strategy, score, explanation);
  }

  @Override
  public ModelCard modelCard() {
    Map<String, String> facts = new TreeMap<>();
    facts.put(
        "situations",
        Long.toString(bySituation.keySet().stream().map(Cell::situation).distinct().count()));
    overall.forEach(
        (strategy, tally) ->
            facts.put(
                "strategy " + strategy,
                String.format(
                    Locale.ROOT, "%.1f of %.1f tries worked", tally.good(), tally.total())));
    return new ModelCard("Success counts", LearningMethod.BAYESIAN, observations, facts);
  }

  @Override
  public void saveState(StateWriter state) {
    state.integer("observations", observations);
    state.bytes("attempts", attempts.save());
    state.bytes("overall_names", RecentAttempts.Words.write(List.copyOf(overall.keySet())));
    save(state, "overall", List.copyOf(overall.values()));
    List<String> names = new ArrayList<>();
    for (Cell cell : bySituation.keySet()) {
      names.add(cell.situation);
      names.add(cell.strategy);
    }
    state.bytes("cell_names", RecentAttempts.Words.write(names));
    save(state, "cell", List.copyOf(bySituation.values()));
  }

  private static void save(StateWriter state, String name, List<Tally> tallies) {
    state.numbers(name + "_good", tallies.stream().mapToDouble(Tally::good).toArray());
    state.numbers(name + "_bad", tallies.stream().mapToDouble(Tally::bad).toArray());
  }

  @Override
  public void restoreState(StateReader state, int fromVersion) {
    observations = state.integer("observations", 0);
    attempts.restore(state.bytes("attempts"));
    List<String> strategies = RecentAttempts.Words.read(state.bytes("overall_names"));
    List<Tally> totals = tallies(state, "overall", strategies.size());
    for (int i = 0; i < strategies.size(); i++) {
      overall.put(strategies.get(i), totals.get(i));
    }
    List<String> names = RecentAttempts.Words.read(state.bytes("cell_names"));
    List<Tally> cells = tallies(state, "cell", names.size() / 2);
    for (int i = 0; i < cells.size(); i++) {
      bySituation.put(new Cell(names.get(2 * i), names.get(2 * i + 1)), cells.get(i));
    }
  }

  private static List<Tally> tallies(StateReader state, String name, int expected) {
    double[] good = state.numbers(name + "_good");
    double[] bad = state.numbers(name + "_bad");
    if (good.length != expected || bad.length != expected) {
      throw new MonitorException(
          ErrorCode.PLUGIN_STATE_RESTORE,
          Blame.PLUGIN,
          "Saved counts '"
              + name
              + "' hold "
              + good.length
              + " and "
              + bad.length
              + " numbers for "
              + expected
              + " names");
    }
    List<Tally> tallies = new ArrayList<>();
    for (int i = 0; i < expected; i++) {
      tallies.add(new Tally(good[i], bad[i]));
    }
    return tallies;
  }

  private static String cut(String name) {
    return name.length() > LONGEST_NAME ? name.substring(0, LONGEST_NAME) : name;
  }
}
