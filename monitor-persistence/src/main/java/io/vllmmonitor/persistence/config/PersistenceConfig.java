package io.vllmmonitor.persistence.config;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.store.StorageBackend;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Everything that can be chosen about how the monitor keeps its memory. The daemon fills it from
 * the section {@code storage} of its configuration, a program that embeds the monitor from its own;
 * the keys are the names here in snake case. Immutable; values out of range are refused.
 *
 * @param storageDir the data directory
 * @param backend the form of the store; a directory keeps the one it was made with
 * @param metricsRetentionDays samples older than so many whole days are forgotten; at least 1
 * @param rollupRetentionDays the same for the aggregates of samples, which are kept longer
 * @param checkpointRetentionDays the same for state checkpoints
 * @param predictionRetentionDays the same for predictions
 * @param recordRetentionDays the same for every other kind of record
 * @param maxSize bytes on disk beyond which the oldest samples are forgotten early; 0 sets no limit
 * @param batchSize scrapes of one page that are moved from the journal into a chunk at the latest
 * @param flushIntervalSeconds how often full batches are moved and JSON files are rewritten
 * @param compressionEnabled whether what is written from now on is compressed; what lies there is
 *     readable either way
 * @param synchronous how far a commit goes before it is acknowledged
 * @param outOfOrderWindow how far a pushed sample may lie behind the newest of its series
 * @param maxSeries how many series there may be at once
 * @param backupInterval time between two backups; zero makes none
 * @param backupKeep how many backups are kept
 * @param reserveSize bytes set aside for a full disk; 0 sets none aside
 * @param files the names of files inside the directory
 */
public record PersistenceConfig(
    Path storageDir,
    StorageBackend backend,
    int metricsRetentionDays,
    int rollupRetentionDays,
    int checkpointRetentionDays,
    int predictionRetentionDays,
    int recordRetentionDays,
    long maxSize,
    int batchSize,
    int flushIntervalSeconds,
    boolean compressionEnabled,
    Synchronous synchronous,
    Duration outOfOrderWindow,
    int maxSeries,
    Duration backupInterval,
    int backupKeep,
    long reserveSize,
    FileNames files) {
  private static final int MOST_DAYS = 36_500;

  /** How far a commit goes before it is acknowledged. */
  public enum Synchronous {
    /** To the disk: a power cut loses nothing that was acknowledged. */
    FULL,
    /** To the operating system: the death of the process loses nothing, a power cut may. */
    NORMAL
  }

  /**
   * Names of files and folders inside the directory; plain names without a path.
   *
   * @param db the file of records
   * @param plugins the readable twins of plugins, guardrails, strategies and happy paths
   * @param models the folder of learned models
   */
  public record FileNames(
      String db,
      String plugins,
      String guardrails,
      String strategies,
      String happyPaths,
      String models) {
    /** Names that mean something else in a data directory. */
    private static final Set<String> TAKEN =
        new TreeSet<>(
            List.of(
                "STOP",
                "backups",
                "blobs",
                "cache",
                "converting",
                "daemon.json",
                "extensions",
                "guardrails",
                "import-staged",
                "import.json",
                "metrics",
                "monitor.yaml",
                "owner.lock",
                "plugins",
                "records",
                "reserve",
                "store.json",
                "token",
                "work"));

    public FileNames {
      requirePlain("db_file", db);
      requirePlain("plugins_file", plugins);
      requirePlain("guardrails_file", guardrails);
      requirePlain("strategies_file", strategies);
      requirePlain("happy_paths_file", happyPaths);
      requirePlain("models_dir", models);
      requireApart(List.of(db, plugins, guardrails, strategies, happyPaths, models));
    }

    /** The names that everyone knows. */
    public static FileNames defaults() {
      return new FileNames(
          "monitor.db",
          "plugins.json",
          "guardrails.json",
          "strategies.json",
          "happy_paths.json",
          "models");
    }

    private static void requireApart(List<String> names) {
      Set<String> taken = new HashSet<>(TAKEN);
      for (String name : names) {
        if (!taken.add(name)) {
          throw invalid("*_file", name, "names that differ from each other and from " + TAKEN);
        }
      }
    }

    private static void requirePlain(String key, String name) {
      if (!name.matches("[A-Za-z0-9_][A-Za-z0-9._-]{0,99}")) {
        throw invalid(
            key, name, "a plain file name of letters, digits, '.', '_' and '-', without a folder");
      }
    }
  }

  public PersistenceConfig {
    requireNonNull(storageDir, "storageDir");
    requireNonNull(backend, "backend");
    require("metrics_retention_days", metricsRetentionDays, 1, MOST_DAYS);
    require("rollup_retention_days", rollupRetentionDays, 1, MOST_DAYS);
    require("checkpoint_retention_days", checkpointRetentionDays, 1, MOST_DAYS);
    require("prediction_retention_days", predictionRetentionDays, 1, MOST_DAYS);
    require("record_retention_days", recordRetentionDays, 1, MOST_DAYS);
    require("max_size", maxSize, 0, Long.MAX_VALUE);
    require("batch_size", batchSize, 1, 100_000);
    require("flush_interval_seconds", flushIntervalSeconds, 1, 86_400);
    requireNonNull(synchronous, "synchronous");
    require("out_of_order_window", outOfOrderWindow.toSeconds(), 0, 86_400);
    require("max_series", maxSeries, 1, 100_000_000);
    require("backup_interval", backupInterval.toSeconds(), 0, MOST_DAYS * 86_400L);
    require("backup_keep", backupKeep, 1, 1_000);
    require("reserve_size", reserveSize, 0, 1L << 40);
    requireNonNull(files, "files");
  }

  /** The defaults for a directory. */
  public static PersistenceConfig of(Path storageDir) {
    return builder(storageDir).build();
  }

  /**
   * What the section {@code storage} says; keys that are absent have their defaults.
   *
   * @param storageDir wins over {@code storage_dir}: whoever calls knows which directory it is
   * @throws MonitorException CONFIG_INVALID_VALUE naming the key
   */
  public static PersistenceConfig from(Path storageDir, Settings section) {
    return ConfigReader.read(storageDir, section);
  }

  /**
   * The same for a store of another form.
   *
   * @param database the name of the file of records
   */
  public PersistenceConfig withForm(StorageBackend form, String database) {
    return new PersistenceConfig(
        storageDir,
        form,
        metricsRetentionDays,
        rollupRetentionDays,
        checkpointRetentionDays,
        predictionRetentionDays,
        recordRetentionDays,
        maxSize,
        batchSize,
        flushIntervalSeconds,
        compressionEnabled,
        synchronous,
        outOfOrderWindow,
        maxSeries,
        backupInterval,
        backupKeep,
        reserveSize,
        new FileNames(
            database,
            files.plugins(),
            files.guardrails(),
            files.strategies(),
            files.happyPaths(),
            files.models()));
  }

  /** Starts with the defaults. */
  public static Builder builder(Path storageDir) {
    return new Builder(storageDir);
  }

  private static void require(String key, long value, long least, long most) {
    if (value < least || value > most) {
      throw invalid(key, Long.toString(value), least + " to " + most);
    }
  }

  private static MonitorException invalid(String key, String found, String expected) {
    return new MonitorException(
        ErrorCode.CONFIG_INVALID_VALUE,
        Blame.OPERATOR,
        "Section 'storage': configuration key '"
            + key
            + "' is '"
            + found
            + "'; expected "
            + expected);
  }

  /** Collects what differs from the defaults. Used by one thread. */
  public static final class Builder {
    private final Path storageDir;
    private StorageBackend backend = StorageBackend.HYBRID;
    private int metricsRetentionDays = 30;
    private int rollupRetentionDays = 400;
    private int checkpointRetentionDays = 90;
    private int predictionRetentionDays = 60;
    private int recordRetentionDays = 365;
    private long maxSize;
    private int batchSize = 1_000;
    private int flushIntervalSeconds = 60;
    private boolean compressionEnabled = true;
    private Synchronous synchronous = Synchronous.FULL;
    private Duration outOfOrderWindow = Duration.ofMinutes(10);
    private int maxSeries = 1_000_000;
    private Duration backupInterval = Duration.ofDays(1);
    private int backupKeep = 3;
    private long reserveSize = 64L << 20;
    private FileNames files = FileNames.defaults();

    private Builder(Path storageDir) {
      this.storageDir = requireNonNull(storageDir, "storageDir");
    }

    public Builder backend(StorageBackend value) {
      backend = value;
      return this;
    }

    public Builder metricsRetentionDays(int value) {
      metricsRetentionDays = value;
      return this;
    }

    public Builder rollupRetentionDays(int value) {
      rollupRetentionDays = value;
      return this;
    }

    public Builder checkpointRetentionDays(int value) {
      checkpointRetentionDays = value;
      return this;
    }

    public Builder predictionRetentionDays(int value) {
      predictionRetentionDays = value;
      return this;
    }

    public Builder recordRetentionDays(int value) {
      recordRetentionDays = value;
      return this;
    }

    public Builder maxSize(long value) {
      maxSize = value;
      return this;
    }

    public Builder batchSize(int value) {
      batchSize = value;
      return this;
    }

    public Builder flushIntervalSeconds(int value) {
      flushIntervalSeconds = value;
      return this;
    }

    public Builder compressionEnabled(boolean value) {
      compressionEnabled = value;
      return this;
    }

    public Builder synchronous(Synchronous value) {
      synchronous = value;
      return this;
    }

    public Builder outOfOrderWindow(Duration value) {
      outOfOrderWindow = value;
      return this;
    }

    public Builder maxSeries(int value) {
      maxSeries = value;
      return this;
    }

    public Builder backupInterval(Duration value) {
      backupInterval = value;
      return this;
    }

    public Builder backupKeep(int value) {
      backupKeep = value;
      return this;
    }

    public Builder reserveSize(long value) {
      reserveSize = value;
      return this;
    }

    public Builder files(FileNames value) {
      files = value;
      return this;
    }

    /**
     * @throws MonitorException CONFIG_INVALID_VALUE naming the key, what was found and what is
     *     expected
     */
    public PersistenceConfig build() {
      return new PersistenceConfig(
          storageDir,
          backend,
          metricsRetentionDays,
          rollupRetentionDays,
          checkpointRetentionDays,
          predictionRetentionDays,
          recordRetentionDays,
          maxSize,
          batchSize,
          flushIntervalSeconds,
          compressionEnabled,
          synchronous,
          outOfOrderWindow,
          maxSeries,
          backupInterval,
          backupKeep,
          reserveSize,
          files);
    }
  }
}
