package io.vllmmonitor.core.plugin;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.code.CodeStatus;
import io.vllmmonitor.api.code.LifePhase;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.core.worker.DeadlineWorker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Puts new generations in the place of running ones, all of them or none: a unit, and after it the
 * units that depend on it, whose code stays the same. The old ones go on until the new ones stand;
 * then they rest between two calls, their state is saved and given to the new ones, and whoever
 * waits for an answer gets it from the new ones. Used once; guarded by the platform's lock.
 */
final class Swap {
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  private final PlatformServices services;
  private final UnitMaker maker;
  private final StateSaver saver;
  private final LifeBook book;
  private final DeadlineWorker worker;
  private final Collection<Target> targets;
  private final List<RunningUnit> before;
  private final Map<String, RunningUnit> running;
  private final List<RunningUnit> made = new ArrayList<>();

  /**
   * @param before what is replaced: the older generation where there is one, then its dependents,
   *     each after what it depends on
   * @param targets those that instances are made for
   * @param running everything that runs, by id; what depends on none of {@code before} sees these
   */
  Swap(
      PlatformServices services,
      UnitMaker maker,
      StateSaver saver,
      LifeBook book,
      DeadlineWorker worker,
      Collection<Target> targets,
      List<RunningUnit> before,
      Map<String, RunningUnit> running) {
    this.services = services;
    this.maker = maker;
    this.saver = saver;
    this.book = book;
    this.worker = worker;
    this.targets = List.copyOf(targets);
    this.before = List.copyOf(before);
    this.running = Map.copyOf(running);
  }

  /**
   * @param publish makes what it is given visible in the place of the old ones
   * @throws MonitorException why it cannot be; then everything is as it was before
   */
  void run(
      CodeGeneration generation, Predicate<String> isNewer, Consumer<List<RunningUnit>> publish) {
    try {
      build(generation);
      before.forEach(unit -> unit.all().forEach(instance -> instance.pause(LONGEST_PAUSE)));
      save(generation.unit());
      for (RunningUnit unit : made) {
        boolean first = unit.id().equals(generation.unit());
        maker.restore(unit, targets, first ? isNewer : hash -> false);
      }
    } catch (RuntimeException | Error e) {
      before.forEach(unit -> unit.all().forEach(Instance::resume));
      for (int i = made.size() - 1; i >= 0; i--) {
        maker.discard(made.get(i));
      }
      throw e;
    }
    if (before.stream().noneMatch(old -> isSame(old.generation(), generation))) {
      stepTo(generation);
    }
    book.write();
    publish.accept(List.copyOf(made));
    for (int i = before.size() - 1; i >= 0; i--) {
      retire(before.get(i), generation);
    }
    book.write();
  }

  private void build(CodeGeneration generation) {
    made.add(maker.make(generation, targets, this::base));
    for (RunningUnit unit : before) {
      if (!unit.id().equals(generation.unit())) {
        try {
          made.add(maker.make(unit.generation(), targets, this::base));
        } catch (MonitorException e) {
          throw new MonitorException(
              e.code(),
              e.blame(),
              unit.id()
                  + ", which depends on "
                  + generation.unit()
                  + ", cannot be started with its generation "
                  + generation.generation()
                  + ", so both stay as they were: "
                  + e.getMessage());
        }
      }
    }
  }

  /** What a new unit sees of another one: the new one of that id, where there is one. */
  private Optional<ClassLoader> base(String id) {
    return made.stream()
        .filter(unit -> unit.id().equals(id))
        .findFirst()
        .or(() -> Optional.ofNullable(running.get(id)))
        .flatMap(unit -> unit.code().classLoader());
  }

  /** A full disk must not keep code from being mended: the state saved last counts then. */
  private void save(String unit) {
    for (RunningUnit old : before) {
      try {
        saver.savePaused(old, worker, old.id().equals(unit));
      } catch (MonitorException e) {
        services.problems().note(old.id(), e);
      }
    }
  }

  /** The steps of what goes in; those of a dependent, whose code goes out and in again, follow. */
  private void stepTo(CodeGeneration generation) {
    reach(generation, LifePhase.LOADED, "its classes are loaded and its instances made");
    reach(generation, LifePhase.RESTORED, "its instances have their state");
    book.step(
        generation,
        generation.status() == CodeStatus.SHADOW ? LifePhase.SHADOW : LifePhase.ACTIVE,
        generation.reason());
  }

  /** A rehearsal has taken these steps already. */
  private void reach(CodeGeneration generation, LifePhase phase, String reason) {
    if (book.phase(generation) != LifePhase.REHEARSED) {
      book.step(generation, phase, reason);
    }
  }

  private void retire(RunningUnit old, CodeGeneration generation) {
    String reason =
        old.id().equals(generation.unit())
            ? isSame(old.generation(), generation)
                ? generation.reason()
                : "generation " + generation.generation() + " took its place"
            : old.id() + " depends on " + generation.unit() + ", which was replaced";
    RunningUnit successor =
        made.stream().filter(unit -> unit.id().equals(old.id())).findFirst().orElse(null);
    book.step(old.generation(), LifePhase.DRAINING, reason);
    maker
        .instances()
        .closeAll(
            old.all(),
            instance ->
                successor == null
                    ? null
                    : successor.counterpart(instance.name(), instance.target()).orElse(null));
    maker.end(old, reason);
    if (successor != null && isSame(old.generation(), successor.generation())) {
      book.step(old.generation(), LifePhase.RESOLVED, reason);
      book.step(old.generation(), LifePhase.LOADED, reason);
      book.step(old.generation(), LifePhase.RESTORED, reason);
      book.step(
          old.generation(),
          successor.generation().status() == CodeStatus.SHADOW
              ? LifePhase.SHADOW
              : LifePhase.ACTIVE,
          reason);
    }
  }

  /** The same code out and in again, such as a dependent of what is replaced. */
  private static boolean isSame(CodeGeneration old, CodeGeneration next) {
    return old.unit().equals(next.unit()) && old.generation() == next.generation();
  }
}
