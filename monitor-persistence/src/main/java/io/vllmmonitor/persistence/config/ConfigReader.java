package io.vllmmonitor.persistence.config;

import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.store.StorageBackend;
import io.vllmmonitor.persistence.config.PersistenceConfig.FileNames;
import io.vllmmonitor.persistence.config.PersistenceConfig.Synchronous;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/** Reads the section {@code storage}: keys in snake case become the values of the same names. */
final class ConfigReader {
  private ConfigReader() {}

  static PersistenceConfig read(Path storageDir, Settings section) {
    PersistenceConfig usual = PersistenceConfig.of(storageDir);
    return PersistenceConfig.builder(storageDir)
        .backend(choice(section, "backend", StorageBackend.class, usual.backend()))
        .metricsRetentionDays(
            number(section, "metrics_retention_days", usual.metricsRetentionDays()))
        .rollupRetentionDays(number(section, "rollup_retention_days", usual.rollupRetentionDays()))
        .checkpointRetentionDays(
            number(section, "checkpoint_retention_days", usual.checkpointRetentionDays()))
        .predictionRetentionDays(
            number(section, "prediction_retention_days", usual.predictionRetentionDays()))
        .recordRetentionDays(number(section, "record_retention_days", usual.recordRetentionDays()))
        .maxSize(section.size("max_size", usual.maxSize()))
        .batchSize(number(section, "batch_size", usual.batchSize()))
        .flushIntervalSeconds(
            number(section, "flush_interval_seconds", usual.flushIntervalSeconds()))
        .compressionEnabled(section.flag("compression_enabled", usual.compressionEnabled()))
        .synchronous(choice(section, "synchronous", Synchronous.class, usual.synchronous()))
        .outOfOrderWindow(section.duration("out_of_order_window", usual.outOfOrderWindow()))
        .maxSeries(number(section, "max_series", usual.maxSeries()))
        .backupInterval(section.duration("backup_interval", usual.backupInterval()))
        .backupKeep(number(section, "backup_keep", usual.backupKeep()))
        .reserveSize(section.size("reserve_size", usual.reserveSize()))
        .files(names(section))
        .build();
  }

  private static FileNames names(Settings section) {
    FileNames usual = FileNames.defaults();
    return new FileNames(
        section.string("db_file", usual.db()),
        section.string("plugins_file", usual.plugins()),
        section.string("guardrails_file", usual.guardrails()),
        section.string("strategies_file", usual.strategies()),
        section.string("happy_paths_file", usual.happyPaths()),
        section.string("models_dir", usual.models()));
  }

  /** Clamped: what is too large for an int is out of every range, and is told as that. */
  private static int number(Settings section, String key, int fallback) {
    long value = section.integer(key, fallback);
    return (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, value));
  }

  private static <E extends Enum<E>> E choice(
      Settings section, String key, Class<E> type, E fallback) {
    String text = section.string(key, fallback.name()).trim();
    try {
      return Enum.valueOf(type, text.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new MonitorException(
          ErrorCode.CONFIG_INVALID_VALUE,
          Blame.OPERATOR,
          "Section 'storage': configuration key '"
              + key
              + "' is '"
              + text
              + "'; expected one of "
              + Arrays.toString(type.getEnumConstants()).toLowerCase(Locale.ROOT),
          e);
    }
  }
}
