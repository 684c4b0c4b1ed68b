package io.vllmmonitor.core.plugin;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.code.CodeStatus;
import io.vllmmonitor.api.code.LifePhase;
import io.vllmmonitor.api.plugin.PluginStatus;
import java.util.List;
import java.util.Optional;

/** Says where each unit stands. Guarded by the platform's lock. */
final class UnitListing {
  private static final int MOST_TRANSITIONS = 50;

  private final Ledger ledger;
  private final UnitRunner runner;
  private final JarGate gate;
  private final LifeBook book;
  private final Probation probation;
  private final Watchdog watchdog;

  UnitListing(
      Ledger ledger,
      UnitRunner runner,
      JarGate gate,
      LifeBook book,
      Probation probation,
      Watchdog watchdog) {
    this.ledger = ledger;
    this.runner = runner;
    this.gate = gate;
    this.book = book;
    this.probation = probation;
    this.watchdog = watchdog;
  }

  /** All units that somebody could still care about, sorted by id. */
  List<PluginSummary> all() {
    return ledger.units().stream().filter(ledger::isListed).map(this::of).toList();
  }

  /** One recorded unit. */
  PluginSummary of(String unit) {
    Optional<RunningUnit> running = runner.running(unit);
    CodeGeneration shown = shown(unit);
    return new PluginSummary(
        shown,
        book.phase(shown),
        status(shown, running),
        running.map(RunningUnit::names).orElse(List.of()),
        gate.trust(shown),
        running.map(one -> one.code().compiler()).orElse(""));
  }

  /** Everything about one recorded unit. */
  PluginStory story(String unit) {
    PluginSummary summary = of(unit);
    Optional<RunningUnit> running = runner.running(unit);
    return new PluginStory(
        summary,
        remedy(summary, running),
        running.flatMap(probation::left).orElse(null),
        running.map(one -> one.code().dependencies()).orElse(List.of()),
        running.isEmpty()
            ? List.of()
            : runner.dependents(unit).stream().map(RunningUnit::id).toList(),
        running.map(one -> one.health().counts()).orElse(UnitCalls.NONE),
        running.stream()
            .flatMap(one -> one.all().stream())
            .map(instance -> instance.health(watchdog.now()))
            .toList(),
        ledger.all(unit),
        book.steps(unit, MOST_TRANSITIONS));
  }

  private String remedy(PluginSummary summary, Optional<RunningUnit> running) {
    CodeGeneration generation = summary.generation();
    String id = generation.unit();
    if (summary.phase() == LifePhase.DEGRADED) {
      return "Calls are tried again by themselves; "
          + (ledger.previousGood(generation).isPresent()
              ? "'plugin rollback " + id + "' returns to the generation before, "
              : "")
          + "changed content starts clean";
    }
    return switch (generation.status()) {
      case ACTIVE, SHADOW ->
          running.isPresent()
              ? ofRunning(generation)
              : summary.phase() == LifePhase.WAITING
                  ? "It starts by itself when the plugins run that it depends on"
                  : "'plugin enable " + id + "' tries again, or drop changed content";
      case DISABLED -> "'plugin enable " + id + "' starts it";
      case REMOVED -> "Drop its file again, or 'plugin enable " + id + "' starts the stored one";
      case REJECTED -> "Mend what the reason says and drop it again";
      case QUARANTINED ->
          "Drop changed content, or 'plugin approve " + id + "' runs this content again";
    };
  }

  private String ofRunning(CodeGeneration generation) {
    CodeGeneration newest = ledger.newest(generation.unit()).orElse(generation);
    if (newest.generation() <= generation.generation() || !newest.status().failed()) {
      return "Nothing is wrong with it";
    }
    return "It runs; in place of generation "
        + newest.generation()
        + " drop changed content"
        + (newest.status() == CodeStatus.QUARANTINED
            ? ", or 'plugin approve " + generation.unit() + "' runs that content again"
            : "");
  }

  /** An older generation that goes on is what counts; the failed one is told in its reason. */
  private CodeGeneration shown(String unit) {
    CodeGeneration newest = ledger.newest(unit).orElseThrow();
    CodeGeneration current = ledger.current(unit).orElse(newest);
    if (!newest.status().failed() || current.equals(newest)) {
      return current;
    }
    if (current.status() == CodeStatus.REMOVED) {
      return newest;
    }
    String reason =
        current.reason() + "; generation " + newest.generation() + failure(current, newest);
    return current.withStatus(current.status(), reason, current.at());
  }

  private static String failure(CodeGeneration current, CodeGeneration failed) {
    if (failed.status() == CodeStatus.REJECTED) {
      return " was rejected: " + failed.reason();
    }
    return Revival.cameBackFrom(current, failed)
        ? " is in quarantine"
        : " is in quarantine: " + failed.reason();
  }

  /** The summary of where a unit stands; the table is in the documentation. */
  private PluginStatus status(CodeGeneration generation, Optional<RunningUnit> running) {
    return switch (generation.status()) {
      case ACTIVE, SHADOW -> {
        if (running.isEmpty()) {
          yield book.phase(generation) == LifePhase.WAITING
              ? PluginStatus.LOADING
              : PluginStatus.ERROR;
        }
        if (book.phase(generation) == LifePhase.DEGRADED) {
          yield PluginStatus.ERROR;
        }
        if (isUnderWay(ledger.newest(generation.unit()).orElse(generation))) {
          yield PluginStatus.UPDATING;
        }
        yield running.get().all().isEmpty() ? PluginStatus.LOADED : PluginStatus.ACTIVE;
      }
      case DISABLED -> PluginStatus.INACTIVE;
      case REMOVED ->
          book.phase(generation) == LifePhase.DRAINING
              ? PluginStatus.UNLOADING
              : PluginStatus.NOT_LOADED;
      case REJECTED, QUARANTINED -> PluginStatus.ERROR;
    };
  }

  /** Whether a newer generation is on its way in. */
  private boolean isUnderWay(CodeGeneration newest) {
    LifePhase phase = book.phase(newest);
    return !phase.rests() && !phase.runs() && phase != LifePhase.DRAINING;
  }
}
