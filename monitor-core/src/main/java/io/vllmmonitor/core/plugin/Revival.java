package io.vllmmonitor.core.plugin;

import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_NOT_FOUND;
import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_NO_EARLIER_GENERATION;
import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_QUARANTINED;
import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_ROLLED_BACK;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.code.CodeKind;
import io.vllmmonitor.api.code.CodeStatus;
import io.vllmmonitor.api.code.LifePhase;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Starts from stored bytes what does not run: a unit that was stopped, content out of quarantine,
 * the generation before; and puts content into quarantine. Guarded by the platform's lock.
 */
final class Revival {
  private static final String ENABLED = "enabled by the operator";
  private static final String WITHOUT_FILE = ", from the store and without its file";
  private static final String FROM = "rolled back from generation ";

  private final PlatformServices services;
  private final Ledger ledger;
  private final UnitRunner runner;
  private final Arrivals arrivals;
  private final JarGate gate;
  private final LifeBook book;

  Revival(
      PlatformServices services,
      Ledger ledger,
      UnitRunner runner,
      Arrivals arrivals,
      JarGate gate,
      LifeBook book) {
    this.services = services;
    this.ledger = ledger;
    this.runner = runner;
    this.arrivals = arrivals;
    this.gate = gate;
    this.book = book;
  }

  /**
   * Starts a recorded unit; does nothing where it runs. One whose file is gone needs none from then
   * on, also over restarts.
   *
   * @param hasFile whether the file of a generation is in its folder
   * @throws MonitorException why it still does not run
   */
  void enable(String unit, Predicate<CodeGeneration> hasFile) {
    if (runner.running(unit).isEmpty()) {
      CodeGeneration chosen = ledger.startable(unit);
      start(chosen, hasFile.test(chosen) ? ENABLED : ENABLED + WITHOUT_FILE);
    }
  }

  /** Whether the operator wanted a generation whose file was gone, so that it needs none. */
  static boolean isWantedWithoutFile(CodeGeneration generation) {
    return generation.reason().endsWith(WITHOUT_FILE);
  }

  /** A new reason for a generation, which goes on to say that it needs no file. */
  static String reasonFor(CodeGeneration generation, String reason) {
    return isWantedWithoutFile(generation) ? reason + WITHOUT_FILE : reason;
  }

  /**
   * Lets content in quarantine run again, in place of what runs.
   *
   * @throws MonitorException PLUGIN_NOT_FOUND when nothing of the unit is in quarantine; otherwise
   *     why it still does not run
   */
  void approve(String unit) {
    CodeGeneration chosen =
        ledger
            .quarantinedOf(unit)
            .orElseThrow(
                () ->
                    new MonitorException(
                        PLUGIN_NOT_FOUND,
                        Blame.OPERATOR,
                        "Nothing of '"
                            + unit
                            + "' is in quarantine, so there is nothing to approve; 'plugin why "
                            + unit
                            + "' says where it stands"));
    Optional<CodeGeneration> before = runner.running(unit).map(RunningUnit::generation);
    start(chosen, "approved by the operator");
    before
        .filter(older -> older.generation() != chosen.generation())
        .ifPresent(
            older ->
                ledger.record(
                    older, CodeStatus.REMOVED, "replaced by generation " + chosen.generation()));
  }

  /**
   * Puts the previous good generation in the place of the one that runs, with the state that it
   * had. The content that goes is in quarantine from then on, so that its file does not bring it
   * back.
   *
   * @param code why, where the monitor does it itself
   * @throws MonitorException PLUGIN_NO_EARLIER_GENERATION, or why the earlier one cannot run; then
   *     everything is as before
   */
  CodeGeneration rollBack(String unit, ErrorCode code, String reason) {
    CodeGeneration bad =
        runner
            .running(unit)
            .map(RunningUnit::generation)
            .or(() -> ledger.newest(unit))
            .orElseThrow();
    CodeGeneration good =
        ledger
            .previousGood(bad)
            .orElseThrow(
                () ->
                    new MonitorException(
                        PLUGIN_NO_EARLIER_GENERATION,
                        Blame.OPERATOR,
                        "'"
                            + unit
                            + "' has no earlier generation that ran well before generation "
                            + bad.generation()
                            + "; disable it, or drop changed content"));
    String why = FROM + bad.generation() + ": " + reason;
    CodeGeneration back = good.withStatus(resumed(good), why, services.clock().instant());
    CodeGeneration gone =
        bad.withStatus(
            CodeStatus.QUARANTINED,
            "rolled back to generation " + good.generation() + ": " + reason,
            services.clock().instant());
    ledger.record(List.of(gone, back));
    try {
      runner.start(back);
    } catch (MonitorException e) {
      ledger.record(
          List.of(
              bad,
              good.withStatus(
                  CodeStatus.REJECTED,
                  String.valueOf(e.getMessage()),
                  services.clock().instant())));
      throw e;
    }
    if (book.phase(gone) == LifePhase.UNLOADED) {
      book.step(gone, LifePhase.ROLLED_BACK, code, gone.reason());
    }
    book.write();
    return back;
  }

  /** Whether a generation is on trial, and not one that somebody knew and started again. */
  static boolean isNew(CodeGeneration generation) {
    return !generation.reason().startsWith(FROM) && !generation.reason().startsWith(ENABLED);
  }

  /** Whether a generation took the place of another one by a rollback, whose reason it tells. */
  static boolean cameBackFrom(CodeGeneration back, CodeGeneration bad) {
    return back.reason().startsWith(FROM + bad.generation() + ": ");
  }

  /** Notes that the monitor itself has rolled a unit back. */
  void noteRollback(CodeGeneration back) {
    services
        .problems()
        .note(
            PLUGIN_ROLLED_BACK,
            Blame.PLUGIN,
            back.unit(),
            "Generation "
                + back.generation()
                + " runs again, "
                + back.reason()
                + "; drop changed content");
  }

  /** Stops a unit whose content does harm, and keeps the content from being started. */
  void quarantine(CodeGeneration generation, ErrorCode code, String reason) {
    CodeGeneration gone = ledger.record(generation, CodeStatus.QUARANTINED, reason);
    runner
        .running(generation.unit())
        .filter(unit -> unit.generation().generation() == generation.generation())
        .ifPresent(unit -> runner.stop(generation.unit(), reason));
    book.step(gone, LifePhase.QUARANTINED, code, reason);
    book.write();
    services
        .problems()
        .note(
            PLUGIN_QUARANTINED,
            Blame.PLUGIN,
            generation.unit(),
            "It is in quarantine: "
                + reason
                + "; drop changed content, or run this content again with 'vllm-monitor plugin"
                + " approve "
                + generation.unit()
                + "'");
  }

  /** Starts the recorded units that wait for others, where these run now. */
  void startWaiting() {
    boolean started = true;
    while (started) {
      started = false;
      for (String unit : ledger.units()) {
        Optional<CodeGeneration> current = ledger.current(unit);
        if (current.isPresent()
            && waits(current.get())
            && gate.objection(current.get()).isEmpty()) {
          started |= startedNow(current.get());
        }
      }
    }
  }

  private boolean waits(CodeGeneration current) {
    return book.phase(current) == LifePhase.WAITING
        && (current.status() == CodeStatus.ACTIVE || current.status() == CodeStatus.SHADOW)
        && runner.running(current.unit()).isEmpty();
  }

  private boolean startedNow(CodeGeneration waiting) {
    try {
      runner.start(waiting);
      services.problems().clear(waiting.unit());
      return true;
    } catch (MonitorException e) {
      services.problems().note(waiting.unit(), e);
      return false;
    }
  }

  private void start(CodeGeneration chosen, String reason) {
    try {
      CodeGeneration ready = ready(chosen);
      CodeGeneration enabled = ledger.record(ready, standing(ready, reason), reason);
      try {
        runner.start(enabled);
      } catch (MonitorException e) {
        putBack(chosen, e);
        throw e;
      }
      services.problems().clear(chosen.unit());
    } catch (MonitorException e) {
      services.problems().note(chosen.unit(), e);
      throw e;
    }
  }

  /** What came while its unit was disabled has never been tried: it is now. */
  private CodeStatus standing(CodeGeneration ready, String reason) {
    if (book.hasRun(ready)) {
      return resumed(ready);
    }
    book.step(ready, LifePhase.RESOLVED, reason);
    boolean shadow = arrivals.rehearsed(ready, Optional.empty()).status() == CodeStatus.SHADOW;
    return shadow ? CodeStatus.SHADOW : CodeStatus.ACTIVE;
  }

  /** What had no effect has none when it comes back; only a promotion gives it one. */
  private CodeStatus resumed(CodeGeneration generation) {
    return book.ranInShadow(generation) ? CodeStatus.SHADOW : CodeStatus.ACTIVE;
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

  /** What was gone or in quarantine stays so, so that a failed try leaves no error for ever. */
  private void putBack(CodeGeneration chosen, MonitorException failure) {
    boolean stays =
        chosen.status() == CodeStatus.REMOVED || chosen.status() == CodeStatus.QUARANTINED;
    if (stays) {
      ledger.record(chosen, chosen.status(), chosen.reason());
    } else {
      ledger.record(chosen, CodeStatus.REJECTED, String.valueOf(failure.getMessage()));
    }
  }
}
