package io.vllmmonitor.core.plugin;

import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_JAR_UNREADABLE;
import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_QUARANTINED;
import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.code.CodeKind;
import io.vllmmonitor.api.code.CodeStatus;
import io.vllmmonitor.api.code.LifePhase;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.history.RestoreReport;
import io.vllmmonitor.core.identity.ContentHash;
import io.vllmmonitor.core.jar.DependencyGraph;
import io.vllmmonitor.core.jar.JarDescriptor;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Brings the recorded units back from the store and takes the bundled jars in. Runs once, under the
 * platform's lock.
 */
final class Boot {
  private static final int LARGEST_JAR = 64 << 20;

  private final PlatformServices services;
  private final Ledger ledger;
  private final UnitRunner runner;
  private final Arrivals arrivals;
  private final CodeLoader loader;
  private final JarGate gate;
  private final LifeBook book;
  private final SuspectJournal suspects;
  private final BiPredicate<CodeKind, String> isThere;
  private final List<RestoreReport.Item> items = new ArrayList<>();

  /**
   * @param isThere whether a drop folder holds a file
   */
  Boot(
      PlatformServices services,
      Ledger ledger,
      UnitRunner runner,
      Arrivals arrivals,
      CodeLoader loader,
      JarGate gate,
      LifeBook book,
      SuspectJournal suspects,
      BiPredicate<CodeKind, String> isThere) {
    this.services = services;
    this.ledger = ledger;
    this.runner = runner;
    this.arrivals = arrivals;
    this.loader = loader;
    this.gate = gate;
    this.book = book;
    this.suspects = suspects;
    this.isThere = isThere;
  }

  List<RestoreReport.Item> run(Path bundled) {
    ledger.restore();
    suspects.left().forEach(this::quarantine);
    Map<String, byte[]> jars = read(bundled);
    Set<String> bundledHashes = new HashSet<>();
    jars.values().forEach(bytes -> bundledHashes.add(ContentHash.of(bytes)));
    startRecorded(bundledHashes, !jars.isEmpty());
    inOrder(jars).forEach(file -> takeBundled(file, requireNonNull(jars.get(file), file)));
    if (!jars.isEmpty()) {
      dropUnbundled(jars.keySet());
    }
    loader.keepCopies(currentHashes());
    return List.copyOf(items);
  }

  /** The JVM died while this content did something for the first time: once is enough. */
  private void quarantine(SuspectJournal.Suspect suspect) {
    for (CodeGeneration generation : ledger.ofHash(suspect.hash())) {
      if (generation.status() == CodeStatus.QUARANTINED
          || generation.status() == CodeStatus.REMOVED) {
        continue;
      }
      String reason = "the daemon died during " + suspect.what();
      book.step(generation, LifePhase.QUARANTINED, PLUGIN_QUARANTINED, reason);
      CodeGeneration gone = ledger.record(generation, CodeStatus.QUARANTINED, reason);
      String detail =
          "in quarantine, for "
              + reason
              + "; drop changed content, or run it again with 'vllm-monitor plugin approve "
              + gone.unit()
              + "'";
      services.problems().note(PLUGIN_QUARANTINED, Blame.PLUGIN, gone.unit(), "It is " + detail);
      report(gone, RestoreReport.Status.FAILED, detail);
    }
  }

  /** Starts everything that ran, bundled jars first, each after what it depends on. */
  private void startRecorded(Set<String> bundledHashes, boolean bundleThere) {
    List<CodeGeneration> pending = new ArrayList<>();
    for (String unit : ledger.units()) {
      Optional<CodeGeneration> current = ledger.current(unit);
      if (current.isEmpty()) {
        continue;
      }
      CodeGeneration generation = current.get();
      boolean superseded =
          generation.kind() == CodeKind.BUNDLED_JAR
              && bundleThere
              && !bundledHashes.contains(generation.codeHash())
              && !isHeldBack(unit, bundledHashes);
      if (generation.status() == CodeStatus.DISABLED) {
        report(generation, RestoreReport.Status.RESTORED, "stays disabled");
      } else if (runs(generation) && !superseded) {
        pending.add(generation);
      }
    }
    pending.sort(Comparator.comparing(CodeGeneration::kind).thenComparing(CodeGeneration::unit));
    boolean progress = true;
    while (progress) {
      progress = pending.removeIf(this::startedOrFailed);
    }
    pending.forEach(this::reportWaiting);
  }

  /** Whether what the bundle brings of a unit is in quarantine, so that an older one runs. */
  private boolean isHeldBack(String unit, Set<String> bundledHashes) {
    return ledger
        .quarantinedOf(unit)
        .filter(generation -> bundledHashes.contains(generation.codeHash()))
        .isPresent();
  }

  private static boolean runs(CodeGeneration generation) {
    return generation.status() == CodeStatus.ACTIVE || generation.status() == CodeStatus.SHADOW;
  }

  /** False where it still waits for something, such as a dependency. */
  private boolean startedOrFailed(CodeGeneration generation) {
    try {
      if (gate.objection(generation).isPresent()) {
        return false;
      }
      runner.start(generation);
      report(generation, RestoreReport.Status.RESTORED, whence(generation));
      endReplaced(generation);
    } catch (MonitorException e) {
      services.problems().note(generation.unit(), e);
      report(
          generation,
          RestoreReport.Status.FAILED,
          e.code().label() + " " + e.getMessage() + "; its bytes are kept");
      Optional<CodeGeneration> older = replaced(generation);
      if (older.isPresent()) {
        // The daemon ended in the middle of a swap: the older generation was never replaced.
        ledger.record(generation, CodeStatus.REJECTED, String.valueOf(e.getMessage()));
        return startedOrFailed(older.get());
      }
    }
    return true;
  }

  /** An older generation that is still recorded as running. */
  private Optional<CodeGeneration> replaced(CodeGeneration generation) {
    return ledger.all(generation.unit()).stream()
        .filter(older -> older.generation() < generation.generation() && runs(older))
        .findFirst();
  }

  /** A swap that the end of the daemon has cut off is brought to its end. */
  private void endReplaced(CodeGeneration generation) {
    replaced(generation)
        .ifPresent(
            older ->
                ledger.record(
                    older,
                    CodeStatus.REMOVED,
                    "replaced by generation " + generation.generation()));
  }

  private void reportWaiting(CodeGeneration generation) {
    gate.objection(generation)
        .ifPresent(
            objection -> {
              book.step(
                  generation,
                  LifePhase.WAITING,
                  objection.code(),
                  String.valueOf(objection.getMessage()));
              book.write();
              services.problems().note(generation.unit(), objection);
              report(generation, RestoreReport.Status.FAILED, objection.describe());
            });
  }

  private String whence(CodeGeneration generation) {
    String which = "generation " + generation.generation() + ", version " + generation.version();
    boolean fileThere =
        generation.kind() == CodeKind.BUNDLED_JAR
            || isThere.test(generation.kind(), generation.file());
    return fileThere ? which : which + ", from the store; its file is gone";
  }

  /** The files of bundled jars, each after those that it depends on; broken ones come last. */
  private List<String> inOrder(Map<String, byte[]> jars) {
    Map<String, String> fileOf = new TreeMap<>();
    List<JarDescriptor> sound = new ArrayList<>();
    jars.forEach(
        (file, bytes) -> {
          try {
            JarDescriptor jar =
                loader.inspect(bytes, ContentHash.of(bytes), file, CodeKind.BUNDLED_JAR);
            if (fileOf.putIfAbsent(jar.id(), file) == null) {
              sound.add(jar);
            }
          } catch (MonitorException e) {
            // It is looked at again, and told, when its turn comes.
          }
        });
    Set<String> ordered = new LinkedHashSet<>();
    for (String id : DependencyGraph.of(sound).startOrder()) {
      ordered.add(fileOf.getOrDefault(id, id));
    }
    ordered.addAll(jars.keySet());
    return List.copyOf(ordered);
  }

  private void takeBundled(String file, byte[] bytes) {
    String hash = ContentHash.of(bytes);
    try {
      JarDescriptor jar = loader.inspect(bytes, hash, file, CodeKind.BUNDLED_JAR);
      Optional<CodeGeneration> before = ledger.current(jar.id());
      boolean known = before.isPresent() && before.get().codeHash().equals(hash);
      if (known && before.get().status() != CodeStatus.REMOVED) {
        return;
      }
      if (ledger.quarantinedOf(jar.id()).filter(g -> g.codeHash().equals(hash)).isPresent()) {
        return; // somebody rolled it back; what runs instead was reported
      }
      CodeGeneration now = arrivals.jar(CodeKind.BUNDLED_JAR, file, bytes, hash, name -> false);
      if (now.status() == CodeStatus.DISABLED) {
        return;
      }
      report(
          now,
          before.isPresent() ? RestoreReport.Status.CHANGED : RestoreReport.Status.FRESH,
          before.isPresent()
              ? "version " + before.get().version() + " became " + now.version()
              : "bundled, version " + now.version());
    } catch (MonitorException e) {
      services.problems().note(file, e);
      items.add(
          new RestoreReport.Item(
              "plugin",
              file,
              RestoreReport.Status.FAILED,
              e.code().label() + " " + e.getMessage(),
              null));
    }
  }

  private void dropUnbundled(Set<String> files) {
    for (String unit : ledger.units()) {
      Optional<CodeGeneration> current = ledger.current(unit);
      if (current.isPresent()
          && current.get().kind() == CodeKind.BUNDLED_JAR
          && runs(current.get())
          && runner.running(unit).isEmpty()
          && !files.contains(current.get().file())) {
        CodeGeneration gone =
            ledger.record(current.get(), CodeStatus.REMOVED, "no longer part of the distribution");
        report(gone, RestoreReport.Status.CHANGED, "no longer part of the distribution");
      }
    }
  }

  /** What runs or may be enabled soon; anything else is copied again from the store when wanted. */
  private Set<String> currentHashes() {
    Set<String> hashes = new HashSet<>();
    for (String unit : ledger.units()) {
      ledger
          .current(unit)
          .filter(generation -> generation.status() != CodeStatus.REMOVED)
          .ifPresent(generation -> hashes.add(generation.codeHash()));
    }
    return hashes;
  }

  private Map<String, byte[]> read(Path bundled) {
    Map<String, byte[]> jars = new TreeMap<>();
    if (!Files.isDirectory(bundled)) {
      return jars;
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(bundled, "*.jar")) {
      for (Path entry : entries) {
        if (Files.isRegularFile(entry) && Files.size(entry) <= LARGEST_JAR) {
          jars.put(entry.getFileName().toString(), Files.readAllBytes(entry));
        }
      }
    } catch (IOException e) {
      services
          .problems()
          .note(
              PLUGIN_JAR_UNREADABLE,
              Blame.ENVIRONMENT,
              bundled.toString(),
              "The bundled plugins cannot be read: " + e.getMessage());
    }
    return jars;
  }

  private void report(CodeGeneration generation, RestoreReport.Status status, String detail) {
    items.add(
        new RestoreReport.Item(
            SourceFolders.word(generation),
            generation.unit(),
            status,
            detail,
            asOf(generation, status)));
  }

  private static java.time.@Nullable Instant asOf(
      CodeGeneration generation, RestoreReport.Status status) {
    return status == RestoreReport.Status.RESTORED ? generation.at() : null;
  }
}
