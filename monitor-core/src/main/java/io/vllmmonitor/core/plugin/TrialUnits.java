package io.vllmmonitor.core.plugin;

import static io.vllmmonitor.api.error.ErrorCode.STORE_IO;
import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.code.CodeKind;
import io.vllmmonitor.api.code.CodeStatus;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.core.jar.JarDescriptor;
import io.vllmmonitor.core.script.CompiledSource;
import io.vllmmonitor.core.script.SourceCompiler;
import io.vllmmonitor.core.worker.DeadlineWorker;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * Loads code for trials and replays beside the live platform: stored generations from their bytes,
 * never compiled again, and files that are not installed, which leave nothing behind. Every unit
 * has its own class loaders and its own folder for copies. Thread-safe.
 */
public final class TrialUnits {
  private static final Duration DEADLINE = Duration.ofSeconds(10);
  private static final int MOST_ABANDONED = 4;
  private static final String FOLDER = "trial-";

  private final PlatformServices services;
  private final Path work;
  private final Function<String, Optional<ClassLoader>> bases;
  private final Watchdog watchdog;
  private final SourceCompiler compiler = new SourceCompiler();
  private final DeadlineWorker worker = new DeadlineWorker("trial-call", DEADLINE, MOST_ABANDONED);
  private final AtomicLong opened = new AtomicLong();

  /**
   * @param services the live ones; trials read their blobs, history and configuration
   * @param bases the loaders of the jars that run, by id, for those that depend on them
   * @param work for copies of jars; what an earlier process left there is removed
   */
  public TrialUnits(
      PlatformServices services, Path work, Function<String, Optional<ClassLoader>> bases) {
    this(services, work, bases, new Watchdog(System::nanoTime));
  }

  /**
   * @param watchdog looks at the calls of instances on trial
   */
  TrialUnits(
      PlatformServices services,
      Path work,
      Function<String, Optional<ClassLoader>> bases,
      Watchdog watchdog) {
    this.services = requireNonNull(services, "services");
    this.work = requireNonNull(work, "work");
    this.bases = requireNonNull(bases, "bases");
    this.watchdog = watchdog;
    try {
      Files.createDirectories(work);
      try (DirectoryStream<Path> left = Files.newDirectoryStream(work, FOLDER + "*")) {
        for (Path folder : left) {
          LoadedUnit.remove(folder);
        }
      }
    } catch (IOException e) {
      throw new MonitorException(
          STORE_IO,
          Blame.ENVIRONMENT,
          "The folder " + work + " for copies of code cannot be used: " + e.getMessage(),
          e);
    }
  }

  /**
   * Loads a recorded generation from its stored bytes.
   *
   * @param targets what {@link CandidateUnit#targets} answers
   * @throws MonitorException BLOB_NOT_FOUND or STORE_DAMAGED when the bytes are not there; the
   *     codes of a start when they cannot be loaded
   */
  public OpenUnit stored(CodeGeneration generation, List<Target> targets) {
    return open(generation, targets, new PassingBlobs(services.blobs()));
  }

  /**
   * Loads a file that is not installed: a jar where its name ends so, else a source.
   *
   * @param file its name without folder
   * @throws MonitorException why it cannot be compiled or loaded
   */
  public OpenUnit dropped(String file, byte[] bytes, List<Target> targets) {
    PassingBlobs blobs = new PassingBlobs(services.blobs());
    String hash = blobs.put(bytes);
    if (file.endsWith(".jar")) {
      Path folder = folder();
      try {
        JarDescriptor jar =
            new CodeLoader(services, folder, worker).inspect(bytes, hash, file, CodeKind.JAR);
        return open(
            generation(jar.id(), CodeKind.JAR, jar.version().toString(), hash, "", file),
            targets,
            blobs);
      } finally {
        LoadedUnit.remove(folder);
      }
    }
    CompiledSource compiled = compiler.compile(file, bytes);
    String classes = blobs.put(compiled.classes());
    return open(
        generation(
            compiled.header().id(),
            CodeKind.SOURCE,
            compiled.header().version(),
            hash,
            classes,
            file),
        targets,
        blobs);
  }

  private CodeGeneration generation(
      String unit, CodeKind kind, String version, String hash, String classes, String file) {
    return new CodeGeneration(
        unit,
        kind,
        version,
        1,
        hash,
        classes,
        file,
        CodeStatus.SHADOW,
        "on trial, not installed",
        services.clock().instant());
  }

  private OpenUnit open(CodeGeneration generation, List<Target> targets, PassingBlobs blobs) {
    Path folder = folder();
    PlatformServices own = TrialServices.of(services, blobs, services.clock(), 0, null);
    UnitCode code;
    try {
      code = new CodeLoader(own, folder, worker).load(generation, bases);
    } catch (RuntimeException e) {
      LoadedUnit.remove(folder);
      throw e;
    }
    return new LoadedUnit(generation, targets, code, services, blobs, worker, watchdog, folder);
  }

  private Path folder() {
    return work.resolve(FOLDER + opened.incrementAndGet());
  }
}
