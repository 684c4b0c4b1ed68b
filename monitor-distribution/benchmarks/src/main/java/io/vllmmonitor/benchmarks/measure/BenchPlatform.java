package io.vllmmonitor.benchmarks.measure;

import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.core.identity.TimeOrderedIds;
import io.vllmmonitor.core.jar.JarPolicy;
import io.vllmmonitor.core.jar.MachineProbe;
import io.vllmmonitor.core.jar.TrustPolicy;
import io.vllmmonitor.core.plugin.ContextServices;
import io.vllmmonitor.core.plugin.PlatformFolders;
import io.vllmmonitor.core.plugin.PlatformServices;
import io.vllmmonitor.core.plugin.PluginPlatform;
import io.vllmmonitor.core.plugin.PluginSummary;
import io.vllmmonitor.core.telemetry.OwnMetrics;
import io.vllmmonitor.core.telemetry.Problems;
import io.vllmmonitor.persistence.engine.DataDirectory;
import io.vllmmonitor.persistence.engine.StoreEngine;
import io.vllmmonitor.persistence.memory.StoredMemory;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * The plugin platform of the daemon on a store of its own, in this process: real folders, real
 * transactions, and looks at the folders when the run says so. Looks and drops are confined to one
 * thread.
 */
final class BenchPlatform implements AutoCloseable {
  private static final long SEED = 20_261_129;

  /** Long enough for a file to have settled from one look to the next. */
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

  private final DataDirectory directory;
  private final StoreEngine engine;
  private final StoredMemory memory;
  private final MetricCatalog catalog;
  private final TimeOrderedIds ids;
  private final Problems problems;
  private final PluginPlatform platform;
  private Instant look = Instant.now();

  private BenchPlatform(Path folder) throws IOException {
    InstantSource clock = InstantSource.system();
    this.catalog = new MetricCatalog();
    this.directory = DataDirectory.open(folder, clock);
    this.engine = StoreEngine.open(directory, clock, System::nanoTime);
    this.memory = new StoredMemory(engine.series(), engine.records(), catalog);
    this.ids = new TimeOrderedIds(clock, new SplittableRandom(SEED));
    this.problems = new Problems(clock, memory);
    Files.createDirectories(directory.plugins());
    Files.createDirectories(directory.guardrails());
    this.platform =
        new PluginPlatform(
            new PlatformFolders(
                folder.resolve("nothing-bundled"),
                directory.plugins(),
                directory.guardrails(),
                directory.extensions(),
                folder.resolve("work"),
                true,
                true),
            new PlatformServices(
                engine.blobs(),
                memory,
                memory,
                problems,
                catalog,
                unit -> Settings.empty(),
                Set.of(),
                target -> noHttp(target.id().instance()),
                clock,
                unit -> new SplittableRandom(SEED),
                new ContextServices(
                    base -> noHttp(base.toString()),
                    reference -> "",
                    new OwnMetrics(),
                    event -> {},
                    ids::next),
                new JarPolicy(TrustPolicy.standard(), new MachineProbe(clock))));
    platform.boot();
  }

  /** Opens a new store in a folder. */
  static BenchPlatform open(Path folder) throws IOException {
    return new BenchPlatform(folder);
  }

  private static io.vllmmonitor.api.plugin.HttpService noHttp(String server) {
    return call -> {
      throw new UnsupportedOperationException("Nothing is sent to " + server + " in a measurement");
    };
  }

  /** A target that is scraped every second and watched only. */
  static Target target(int port) {
    return Target.of(
        URI.create("http://127.0.0.1:" + port),
        io.vllmmonitor.api.target.TargetMode.OBSERVE,
        Duration.ofSeconds(1));
  }

  PluginPlatform platform() {
    return platform;
  }

  StoredMemory memory() {
    return memory;
  }

  MetricCatalog catalog() {
    return catalog;
  }

  TimeOrderedIds ids() {
    return ids;
  }

  Problems problems() {
    return problems;
  }

  /** Puts a jar or a source into its folder, in one step. */
  void drop(String file, byte[] bytes) throws IOException {
    Path folder = file.endsWith(".jar") ? directory.plugins() : directory.guardrails();
    Path half = Files.write(folder.resolve(".half-" + file), bytes);
    Files.move(
        half,
        folder.resolve(file),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  /** Looks at the folders until nothing settles any more. */
  void look() {
    boolean settling = true;
    while (settling) {
      look = look.plus(BETWEEN_LOOKS);
      settling = platform.scan(look);
    }
  }

  /** The generation of a unit that counts; 0 when it is not known. */
  int generation(String unit) {
    return summary(unit).map(found -> found.generation().generation()).orElse(0);
  }

  private Optional<PluginSummary> summary(String unit) {
    return platform.plugins().stream()
        .filter(found -> found.generation().unit().equals(unit))
        .findFirst();
  }

  @Override
  public void close() {
    platform.close();
    engine.close();
    directory.close();
  }
}
