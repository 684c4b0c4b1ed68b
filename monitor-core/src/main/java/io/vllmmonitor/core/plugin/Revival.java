package io.vllmmonitor.core.plugin;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.code.CodeKind;
import io.vllmmonitor.api.code.CodeStatus;
import io.vllmmonitor.api.error.MonitorException;
import java.util.Optional;

/** Starts a unit again that does not run, from stored bytes. Guarded by the platform's lock. */
final class Revival {
  private final PlatformServices services;
  private final Ledger ledger;
  private final UnitRunner runner;
  private final Arrivals arrivals;
  private final JarGate gate;

  Revival(
      PlatformServices services,
      Ledger ledger,
      UnitRunner runner,
      Arrivals arrivals,
      JarGate gate) {
    this.services = services;
    this.ledger = ledger;
    this.runner = runner;
    this.arrivals = arrivals;
    this.gate = gate;
  }

  /**
   * Starts a recorded unit; does nothing where it runs.
   *
   * @throws MonitorException why it still does not run
   */
  void enable(String unit) {
    if (runner.running(unit).isPresent()) {
      return;
    }
    CodeGeneration chosen = ledger.startable(unit);
    try {
      CodeGeneration ready = ready(chosen);
      CodeGeneration enabled = ledger.record(ready, CodeStatus.ACTIVE, "enabled by the operator");
      try {
        runner.start(enabled);
      } catch (MonitorException e) {
        putBack(chosen, e);
        throw e;
      }
      services.problems().clear(unit);
    } catch (MonitorException e) {
      services.problems().note(unit, e);
      throw e;
    }
  }

  /** A source that never compiled is compiled now; a jar has what it depends on. */
  private CodeGeneration ready(CodeGeneration chosen) {
    if (chosen.kind() == CodeKind.SOURCE) {
      return chosen.classesHash().isEmpty() ? arrivals.compiled(chosen) : chosen;
    }
    Optional<MonitorException> objection = gate.objection(chosen);
    if (objection.isPresent()) {
      throw objection.get();
    }
    return chosen;
  }

  /** What was gone stays gone, so that a failed try leaves no error for ever. */
  private void putBack(CodeGeneration chosen, MonitorException failure) {
    if (chosen.status() == CodeStatus.REMOVED) {
      ledger.record(chosen, CodeStatus.REMOVED, chosen.reason());
    } else {
      ledger.record(chosen, CodeStatus.REJECTED, String.valueOf(failure.getMessage()));
    }
  }
}
