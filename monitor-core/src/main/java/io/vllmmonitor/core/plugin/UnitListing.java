package io.vllmmonitor.core.plugin;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.code.CodeStatus;
import io.vllmmonitor.api.plugin.PluginStatus;
import java.util.List;
import java.util.Optional;

/** Says where each unit stands. Guarded by the platform's lock. */
final class UnitListing {
  private final Ledger ledger;
  private final UnitRunner runner;
  private final JarGate gate;

  UnitListing(Ledger ledger, UnitRunner runner, JarGate gate) {
    this.ledger = ledger;
    this.runner = runner;
    this.gate = gate;
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
        status(shown, running),
        running.map(RunningUnit::names).orElse(List.of()),
        gate.trust(shown));
  }

  /** An older generation that goes on is what counts; the rejected one is told in its reason. */
  private CodeGeneration shown(String unit) {
    CodeGeneration newest = ledger.newest(unit).orElseThrow();
    CodeGeneration current = ledger.current(unit).orElse(newest);
    if (newest.status() != CodeStatus.REJECTED || current.equals(newest)) {
      return current;
    }
    if (current.status() == CodeStatus.REMOVED) {
      return newest;
    }
    String reason =
        current.reason()
            + "; generation "
            + newest.generation()
            + " was rejected: "
            + newest.reason();
    return current.withStatus(current.status(), reason, current.at());
  }

  private static PluginStatus status(CodeGeneration generation, Optional<RunningUnit> running) {
    return switch (generation.status()) {
      case ACTIVE, SHADOW ->
          running.isEmpty()
              ? PluginStatus.ERROR
              : running.get().all().isEmpty() ? PluginStatus.LOADED : PluginStatus.ACTIVE;
      case DISABLED -> PluginStatus.INACTIVE;
      case REMOVED -> PluginStatus.NOT_LOADED;
      case REJECTED -> PluginStatus.ERROR;
    };
  }
}
