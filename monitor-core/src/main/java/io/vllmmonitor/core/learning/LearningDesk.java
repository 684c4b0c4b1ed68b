package io.vllmmonitor.core.learning;

import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_CALL_FAILED;
import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.history.History;
import io.vllmmonitor.api.history.HistoryQuery;
import io.vllmmonitor.api.learning.Advice;
import io.vllmmonitor.api.learning.DecisionQuery;
import io.vllmmonitor.api.learning.Learner;
import io.vllmmonitor.api.learning.LearningEvent;
import io.vllmmonitor.api.learning.ModelCard;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.lifecycle.LifecycleState;
import io.vllmmonitor.core.extension.Bound;
import io.vllmmonitor.core.history.Pages;
import io.vllmmonitor.core.telemetry.CaughtFailure;
import io.vllmmonitor.core.telemetry.Problems;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The learners of the daemon, called one at a time whichever target's thread asks.
 *
 * <p>Each outcome is stored as a {@link LearningEvent} in the transaction of the attempt, and then
 * told to every learner. A learner that this desk has not met before (after a start, or because its
 * code is new) is first told everything from the history since its own saved state, with a margin;
 * it ignores what it knows, by the id of the attempt, so that each outcome counts once whatever
 * crashed in between. What a learner throws is a problem and leaves it out of that answer.
 *
 * <p>Thread-safe.
 */
public final class LearningDesk {
  /** An outcome may have been stored this long before the state of a learner that missed it. */
  private static final Duration MARGIN = Duration.ofMinutes(10);

  private final Supplier<List<Bound<Learner>>> learners;
  private final History history;
  private final Problems problems;
  private final Object lock = new Object();

  /** Which instance of each learner is up to date; weak, so that old code can go. */
  private final Map<String, WeakReference<Learner>> taught = new HashMap<>();

  /**
   * @param learners the live learners, asked at every call
   */
  public LearningDesk(Supplier<List<Bound<Learner>>> learners, History history, Problems problems) {
    this.learners = requireNonNull(learners, "learners");
    this.history = requireNonNull(history, "history");
    this.problems = requireNonNull(problems, "problems");
  }

  /** What a decision is filed under, such as {@code CACHE_OVERFLOW/PROCESSING_REQUESTS}. */
  public static String situation(FailureKind kind, LifecycleState state) {
    return kind + "/" + state;
  }

  /** Tells every learner of an outcome that is stored already. Never throws. */
  public void observe(LearningEvent event) {
    synchronized (lock) {
      for (Bound<Learner> bound : learners.get()) {
        if (isTaught(bound)) {
          call(bound, learner -> learner.observe(event));
        } else {
          // The event is stored already, so a learner that is new here hears it from the history.
          teach(bound);
        }
      }
    }
  }

  /**
   * Brings every learner up to date with the history. Call once after the start; later ones come up
   * to date at the first call that finds them. Never throws.
   */
  public void replay() {
    synchronized (lock) {
      for (Bound<Learner> bound : learners.get()) {
        if (!isTaught(bound)) {
          teach(bound);
        }
      }
    }
  }

  /**
   * What the learners think of these strategies in this situation; those in shadow are not asked.
   *
   * @return one preference per strategy, in the order given
   */
  public Map<String, Preference> rank(String situation, List<String> strategies) {
    Map<String, List<Advice.Ranked>> votes = new LinkedHashMap<>();
    strategies.forEach(strategy -> votes.put(strategy, new ArrayList<>()));
    synchronized (lock) {
      for (Bound<Learner> bound : learners.get()) {
        if (!bound.shadow() && (isTaught(bound) || teach(bound))) {
          DecisionQuery query = new DecisionQuery(situation, strategies);
          call(bound, learner -> collect(learner.advise(query), votes));
        }
      }
    }
    Map<String, Preference> ranked = new LinkedHashMap<>();
    votes.forEach((strategy, cast) -> ranked.put(strategy, mean(cast)));
    return ranked;
  }

  /**
   * Runs something while no learner is called, such as saving their states; on the calling thread.
   */
  public void whileIdle(Runnable what) {
    synchronized (lock) {
      what.run();
    }
  }

  /** What the learners are and know; those that throw are left out and are a problem. */
  public List<ModelCard> modelCards() {
    List<ModelCard> cards = new ArrayList<>();
    synchronized (lock) {
      for (Bound<Learner> bound : learners.get()) {
        call(bound, learner -> cards.add(requireNonNull(learner.modelCard(), "modelCard")));
      }
    }
    return cards;
  }

  private static void collect(Advice advice, Map<String, List<Advice.Ranked>> votes) {
    for (Advice.Ranked ranked : advice.ranking()) {
      List<Advice.Ranked> cast = votes.get(ranked.strategy());
      if (cast != null) {
        cast.add(ranked);
      }
    }
  }

  private static Preference mean(List<Advice.Ranked> cast) {
    if (cast.isEmpty()) {
      return new Preference(Preference.UNKNOWN, "no learner knows it");
    }
    double sum = 0;
    List<String> sentences = new ArrayList<>();
    for (Advice.Ranked ranked : cast) {
      sum += ranked.score();
      sentences.add(ranked.explanation());
    }
    return new Preference(sum / cast.size(), String.join("; ", sentences));
  }

  private boolean isTaught(Bound<Learner> bound) {
    WeakReference<Learner> known = taught.get(key(bound));
    return known != null && known.get() == bound.extension();
  }

  /**
   * Tells a learner what it missed; false when the history could not be read, to be tried again.
   */
  private boolean teach(Bound<Learner> bound) {
    try {
      for (LearningEvent event : missed(bound)) {
        call(bound, learner -> learner.observe(event));
      }
    } catch (MonitorException e) {
      problems.note("learner " + idOf(bound), e);
      return false;
    }
    taught.put(key(bound), new WeakReference<>(bound.extension()));
    return true;
  }

  private String key(Bound<Learner> bound) {
    return bound.unit() + "/" + idOf(bound);
  }

  /** Oldest first. */
  private List<LearningEvent> missed(Bound<Learner> bound) {
    Instant from =
        history
            .state(idOf(bound), bound.unit(), null)
            .map(state -> state.savedAt().minus(MARGIN))
            .orElse(null);
    List<LearningEvent> events =
        new ArrayList<>(
            Pages.all(HistoryQuery.newest().between(from, null), history::learningEvents));
    Collections.reverse(events);
    return events;
  }

  private String idOf(Bound<Learner> bound) {
    try {
      return requireNonNull(bound.extension().id(), "id");
    } catch (Throwable thrown) {
      note(bound.unit(), thrown);
      return bound.unit();
    }
  }

  private void call(Bound<Learner> bound, Consumer<Learner> what) {
    try {
      what.accept(bound.extension());
    } catch (Throwable thrown) {
      note(idOf(bound), thrown);
    }
  }

  private void note(String learner, Throwable thrown) {
    CaughtFailure failure = CaughtFailure.of(thrown, PLUGIN_CALL_FAILED);
    problems.note(failure.code(), failure.blame(), "learner " + learner, failure.message());
  }
}
