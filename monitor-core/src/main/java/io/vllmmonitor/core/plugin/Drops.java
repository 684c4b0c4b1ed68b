package io.vllmmonitor.core.plugin;

import static io.vllmmonitor.api.error.ErrorCode.GUARDRAIL_SOURCE_TOO_LARGE;
import static io.vllmmonitor.api.error.ErrorCode.GUARDRAIL_SOURCE_UNREADABLE;
import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_JAR_UNREADABLE;
import static io.vllmmonitor.api.error.ErrorCode.REHEARSAL_BUSY;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.code.CodeKind;
import io.vllmmonitor.api.code.CodeStatus;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.core.folder.DropFolder;
import io.vllmmonitor.core.folder.FolderChanges;
import io.vllmmonitor.core.folder.FolderScanner;
import io.vllmmonitor.core.jar.JarResolver;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * What comes and goes in the drop folders, file by file: settled files become units, files that are
 * taken away end theirs. Guarded by the platform's lock.
 */
final class Drops {
  private static final int LARGEST_JAR = 64 << 20;

  private final PlatformFolders folders;
  private final PlatformServices services;
  private final Ledger ledger;
  private final UnitRunner runner;
  private final Arrivals arrivals;
  private final JarGate gate;
  private final SectionCheck sections;
  private final FolderScanner jars;
  private final DropFolder sources;

  /** Files that are taken in once something else has changed, by name. */
  private final Map<String, BooleanSupplier> waiting = new HashMap<>();

  Drops(
      PlatformFolders folders,
      PlatformServices services,
      Ledger ledger,
      UnitRunner runner,
      Arrivals arrivals,
      JarGate gate) {
    this.folders = folders;
    this.services = services;
    this.ledger = ledger;
    this.runner = runner;
    this.arrivals = arrivals;
    this.gate = gate;
    this.sections = new SectionCheck(services);
    this.jars = new FolderScanner(folders.plugins(), ".jar", LARGEST_JAR);
    this.sources = SourceFolders.of(folders);
  }

  /** Whether a folder holds a file. */
  boolean isThere(CodeKind kind, String file) {
    return (kind == CodeKind.SOURCE ? sources : jars).names().contains(file);
  }

  /** Whether the file of a generation is there; what is bundled always has one. */
  boolean hasFile(CodeGeneration generation) {
    return generation.kind() == CodeKind.BUNDLED_JAR
        || isThere(generation.kind(), generation.file());
  }

  /** After the boot: what stands is no news. */
  void know() {
    for (String unit : ledger.units()) {
      ledger.current(unit).ifPresent(this::makeKnown);
      ledger.newest(unit).ifPresent(this::expect);
    }
  }

  /**
   * Looks at the folders once and takes in what has settled.
   *
   * @return whether something is still settling
   */
  boolean scan(Instant now) {
    waiting
        .entrySet()
        .removeIf(
            entry -> {
              boolean ready = entry.getValue().getAsBoolean();
              if (ready) {
                jars.forget(entry.getKey());
              }
              return ready;
            });
    apply(CodeKind.JAR, jars, jars.scan(now));
    apply(CodeKind.SOURCE, sources, sources.scan(now));
    boolean settling = jars.isSettling() || sources.isSettling();
    if (!settling) {
      // Whatever is going to be there at the start is there now.
      sections.check(ledger.units());
    }
    return settling;
  }

  private void apply(CodeKind kind, DropFolder scanner, FolderChanges changes) {
    for (FolderChanges.Refusal refusal : changes.refused()) {
      services
          .problems()
          .note(code(kind, refusal.reason()), Blame.OPERATOR, refusal.name(), refusal.detail());
    }
    for (FolderChanges.Arrival arrival : changes.arrived()) {
      take(kind, scanner, arrival);
    }
    changes.removed().forEach(file -> remove(kind, file));
    changes.withdrawn().forEach(file -> withdraw(kind, file));
  }

  private static ErrorCode code(CodeKind kind, FolderChanges.Reason reason) {
    if (kind == CodeKind.JAR) {
      return PLUGIN_JAR_UNREADABLE;
    }
    return reason == FolderChanges.Reason.TOO_LARGE
        ? GUARDRAIL_SOURCE_TOO_LARGE
        : GUARDRAIL_SOURCE_UNREADABLE;
  }

  private void take(CodeKind kind, DropFolder scanner, FolderChanges.Arrival arrival) {
    String file = arrival.name();
    try {
      CodeGeneration taken =
          kind == CodeKind.JAR
              ? takeJar(arrival)
              : arrivals.source(
                  file, arrival.bytes(), arrival.hash(), name -> scanner.names().contains(name));
      services.problems().clear(file);
      removeOthers(kind, file, taken.unit(), "its file brings '" + taken.unit() + "' now");
    } catch (MonitorException e) {
      services.problems().clear(file);
      services.problems().note(file, e);
      scanner.reject(file);
      if (e.code() == REHEARSAL_BUSY || e.code().label().startsWith("VMON-7")) {
        // The store failed, or no rehearsal was free, not the file: take it in again soon.
        scanner.forget(file);
      }
    }
  }

  private CodeGeneration takeJar(FolderChanges.Arrival arrival) {
    String file = arrival.name();
    try {
      return arrivals.jar(
          CodeKind.JAR, file, arrival.bytes(), arrival.hash(), name -> jars.names().contains(name));
    } catch (MonitorException e) {
      if (JarResolver.mayPass(e.code())) {
        waiting.put(file, () -> gate.isReady(file, arrival.hash()));
      }
      throw e;
    }
  }

  private void remove(CodeKind kind, String file) {
    waiting.remove(file);
    gate.withdraw(file);
    services.problems().clear(file);
    removeOthers(kind, file, "", "its file was taken away");
  }

  /** Ends what came under a file name, except the unit that it brings now. */
  private void removeOthers(CodeKind kind, String file, String except, String reason) {
    for (CodeGeneration current : ledger.currentOfFile(kind, file)) {
      if (folders.authoritative() && runs(current) && !current.unit().equals(except)) {
        ledger.record(current, CodeStatus.REMOVED, reason);
        runner.stop(current.unit(), reason);
      }
    }
    if (folders.authoritative()) {
      forgetRejected(kind, file, except);
    }
  }

  /** A file that brought nothing is gone: so are the problems with it. */
  private void withdraw(CodeKind kind, String file) {
    waiting.remove(file);
    gate.withdraw(file);
    services.problems().clear(file);
    forgetRejected(kind, file, "");
  }

  private void forgetRejected(CodeKind kind, String file, String except) {
    for (CodeGeneration rejected : ledger.rejectedOfFile(kind, file)) {
      if (!rejected.unit().equals(except)) {
        ledger.record(rejected, CodeStatus.REMOVED, Ledger.REJECTED_AND_GONE);
        services.problems().clear(rejected.unit());
      }
    }
  }

  /** What runs, or rests on purpose, is no news; what could not be started arrives again. */
  private void makeKnown(CodeGeneration current) {
    boolean settled =
        current.status() == CodeStatus.DISABLED || runner.running(current.unit()).isPresent();
    if (Revival.isWantedWithoutFile(current) && !hasFile(current)) {
      return; // that its file is not there takes nothing away
    }
    if (settled && current.kind() != CodeKind.BUNDLED_JAR) {
      (current.kind() == CodeKind.SOURCE ? sources : jars).know(current.file(), current.codeHash());
    }
  }

  /** What was rejected arrives again, but its file may have gone meanwhile. */
  private void expect(CodeGeneration newest) {
    if (newest.status() == CodeStatus.REJECTED && newest.kind() != CodeKind.BUNDLED_JAR) {
      (newest.kind() == CodeKind.SOURCE ? sources : jars).expect(newest.file());
    }
  }

  private static boolean runs(CodeGeneration generation) {
    return generation.status() == CodeStatus.ACTIVE || generation.status() == CodeStatus.SHADOW;
  }
}
