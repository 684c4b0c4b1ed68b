package io.vllmmonitor.core.plugin;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.code.CodeStatus;
import io.vllmmonitor.api.code.CodeTransition;
import io.vllmmonitor.api.code.LifePhase;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.history.HistoryQuery;
import io.vllmmonitor.core.history.Pages;
import io.vllmmonitor.core.identity.TimeOrderedIds;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The phase of every generation, and every step from one to the next as a stored row. Steps are
 * gathered and stored together: with the record that carries the decision, before the decision
 * takes effect. Rows that the store refuses are kept and tried again, the newest 1000. Guarded by
 * the platform's lock.
 */
final class LifeBook {
  private static final int MOST_UNSTORED = 1_000;
  private static final int NEWEST = 200;
  private static final String SUBJECT = "steps of plugins";

  private final PlatformServices services;
  private final TimeOrderedIds ids;
  private final Map<Life, LifePhase> phases = new HashMap<>();
  private final Deque<CodeTransition> unstored = new ArrayDeque<>();
  private boolean failing;

  private record Life(String unit, int generation) {
    static Life of(CodeGeneration generation) {
      return new Life(generation.unit(), generation.generation());
    }
  }

  LifeBook(PlatformServices services) {
    this.services = services;
    this.ids = new TimeOrderedIds(services.clock(), services.random().apply("core.plugin"));
  }

  /**
   * Takes up where an earlier life of the daemon has ended. What it has not brought to an end was
   * ended with it.
   *
   * @param generations of one unit, all of them
   */
  void restore(String unit, List<CodeGeneration> generations) {
    Map<Integer, LifePhase> last = new HashMap<>();
    for (CodeTransition step :
        services.history().transitions(HistoryQuery.newest().withLimit(NEWEST), unit).items()) {
      last.putIfAbsent(step.generation(), step.to());
    }
    for (CodeGeneration generation : generations) {
      LifePhase phase = last.getOrDefault(generation.generation(), resting(generation.status()));
      phases.put(Life.of(generation), phase);
      if (!phase.rests()) {
        LifePhase end =
            phase.mayBecome(LifePhase.UNLOADED) ? LifePhase.UNLOADED : LifePhase.REJECTED;
        step(generation, end, null, "the daemon ended before it could be unloaded");
      }
    }
  }

  /** Where a generation stands. */
  LifePhase phase(CodeGeneration generation) {
    LifePhase known = phases.get(Life.of(generation));
    return known == null ? LifePhase.DISCOVERED : known;
  }

  /** New content, or content that rests, is looked at anew. */
  void discovered(CodeGeneration generation, String reason) {
    if (phases.containsKey(Life.of(generation))) {
      step(generation, LifePhase.DISCOVERED, null, reason);
    }
    step(generation, LifePhase.STAGED, null, reason);
  }

  void step(CodeGeneration generation, LifePhase to, String reason) {
    step(generation, to, null, reason);
  }

  /** Notes a step; none where it stands there already. */
  void step(CodeGeneration generation, LifePhase to, @Nullable ErrorCode code, String reason) {
    LifePhase from = phase(generation);
    if (from == to) {
      return;
    }
    phases.put(Life.of(generation), to);
    if (!from.mayBecome(to)) {
      services
          .problems()
          .note(
              ErrorCode.INTERNAL,
              Blame.MONITOR,
              generation.unit(),
              "A plugin went from " + from + " to " + to + ", which has no row; report this");
      return;
    }
    unstored.add(
        new CodeTransition(
            ids.next(),
            generation.unit(),
            generation.generation(),
            generation.codeHash(),
            from,
            to,
            services.clock().instant(),
            code,
            reason));
    while (unstored.size() > MOST_UNSTORED) {
      CodeTransition lost = unstored.remove();
      services
          .problems()
          .note(
              ErrorCode.STORE_FULL,
              Blame.ENVIRONMENT,
              lost.unit(),
              "The store has refused steps of plugins for long; the one of "
                  + lost.at()
                  + " is lost");
    }
  }

  /** The steps that are not stored yet, oldest first. */
  List<CodeTransition> unstored() {
    return new ArrayList<>(unstored);
  }

  /** They are stored. */
  void stored(List<CodeTransition> rows) {
    rows.forEach(
        row -> {
          if (row.equals(unstored.peek())) {
            CodeTransition unused = unstored.remove();
          }
        });
  }

  /** Stores the steps; where that fails they are kept, and the store reports itself elsewhere. */
  void write() {
    List<CodeTransition> rows = unstored();
    if (rows.isEmpty()) {
      return;
    }
    try {
      services.recorder().write(entries -> rows.forEach(entries::transition));
      stored(rows);
      if (failing) {
        failing = false;
        services.problems().clear(SUBJECT);
      }
    } catch (MonitorException e) {
      failing = true;
      services.problems().note(SUBJECT, e);
    }
  }

  /** Whether a generation had no effect when it ran last; false for one that never ran. */
  boolean ranInShadow(CodeGeneration generation) {
    return reached(generation)
        .filter(to -> to == LifePhase.SHADOW || to == LifePhase.ACTIVE)
        .findFirst()
        .filter(to -> to == LifePhase.SHADOW)
        .isPresent();
  }

  /** Whether a generation has ever run, or was tried out and let in. */
  boolean hasRun(CodeGeneration generation) {
    return reached(generation)
        .anyMatch(
            to -> to == LifePhase.REHEARSED || to == LifePhase.SHADOW || to == LifePhase.ACTIVE);
  }

  /** The phases that a generation came into, the newest first. */
  private Stream<LifePhase> reached(CodeGeneration generation) {
    List<CodeTransition> newest = unstored();
    Collections.reverse(newest);
    newest.addAll(
        Pages.all(
            HistoryQuery.newest(),
            page -> services.history().transitions(page, generation.unit())));
    return newest.stream()
        .filter(step -> step.generation() == generation.generation())
        .map(CodeTransition::to);
  }

  /** The newest steps of a unit, newest first. */
  List<CodeTransition> steps(String unit, int most) {
    return services.history().transitions(HistoryQuery.newest().withLimit(most), unit).items();
  }

  private static LifePhase resting(CodeStatus status) {
    return switch (status) {
      case ACTIVE, SHADOW, DISABLED, REMOVED -> LifePhase.UNLOADED;
      case REJECTED -> LifePhase.REJECTED;
      case QUARANTINED -> LifePhase.QUARANTINED;
    };
  }
}
