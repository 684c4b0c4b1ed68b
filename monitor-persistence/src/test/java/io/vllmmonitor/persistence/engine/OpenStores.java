package io.vllmmonitor.persistence.engine;

import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.persistence.config.PersistenceConfig;
import java.nio.file.Path;
import java.time.InstantSource;

/** A directory and its stores, opened and closed together, for tests of other packages too. */
public final class OpenStores implements AutoCloseable {
  private final DataDirectory directory;
  private final StoreEngine engine;

  private OpenStores(DataDirectory directory, StoreEngine engine) {
    this.directory = directory;
    this.engine = engine;
  }

  public static OpenStores in(Path path, InstantSource clock) {
    return in(PersistenceConfig.builder(path).reserveSize(0).build(), clock);
  }

  public static OpenStores in(PersistenceConfig config, InstantSource clock) {
    DataDirectory directory = DataDirectory.open(config.storageDir(), clock);
    boolean done = false;
    try {
      OpenStores stores =
          new OpenStores(
              directory,
              StoreEngine.open(directory, config, new MetricCatalog(), clock, System::nanoTime));
      done = true;
      return stores;
    } finally {
      if (!done) {
        directory.close();
      }
    }
  }

  public StoreEngine engine() {
    return engine;
  }

  public DataDirectory directory() {
    return directory;
  }

  @Override
  public void close() {
    engine.close();
    directory.close();
  }
}
