package io.vllmmonitor.benchmarks.jmh;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.benchmarks.peer.Folders;
import io.vllmmonitor.persistence.engine.DataDirectory;
import io.vllmmonitor.persistence.engine.StoreEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** A store in a folder of its own that vanishes with it. */
record OpenStore(
    @Nullable Path folder, @Nullable DataDirectory directory, @Nullable StoreEngine opened) {
  static OpenStore none() {
    return new OpenStore(null, null, null);
  }

  static OpenStore inNewFolder() throws IOException {
    Path folder = Files.createTempDirectory("vllm-monitor-jmh-");
    InstantSource clock = InstantSource.system();
    DataDirectory directory = DataDirectory.open(folder.resolve("data"), clock);
    return new OpenStore(folder, directory, StoreEngine.open(directory, clock, System::nanoTime));
  }

  StoreEngine engine() {
    return requireNonNull(opened, "not opened");
  }

  void close() throws IOException {
    engine().close();
    requireNonNull(directory).close();
    Folders.delete(requireNonNull(folder));
  }
}
