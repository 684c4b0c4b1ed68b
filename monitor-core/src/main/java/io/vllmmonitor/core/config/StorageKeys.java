package io.vllmmonitor.core.config;

import static io.vllmmonitor.api.error.ErrorCode.CONFIG_INVALID_VALUE;

import io.vllmmonitor.api.config.ConfigSpec;
import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** The keys of the section {@code storage} and what their values may be. */
final class StorageKeys {
  static final ConfigSpec SPEC =
      ConfigSpec.of(
          new ConfigSpec.Key(
              "storage_dir",
              "",
              "The data directory, where neither --data nor VLLM_MONITOR_DATA names one; empty means ~/.vllm_monitor."),
          new ConfigSpec.Key(
              "backend",
              "hybrid",
              "hybrid: SQLite files with readable twins; sqlite: without; json: readable files only, all records in memory. A directory keeps its form."),
          new ConfigSpec.Key(
              "metrics_retention_days",
              "30",
              "Samples older than so many whole days are forgotten."),
          new ConfigSpec.Key(
              "rollup_retention_days", "400", "The same for the aggregates of samples."),
          new ConfigSpec.Key("checkpoint_retention_days", "90", "The same for state checkpoints."),
          new ConfigSpec.Key("prediction_retention_days", "60", "The same for predictions."),
          new ConfigSpec.Key(
              "record_retention_days", "365", "The same for every other kind of record."),
          new ConfigSpec.Key(
              "max_size",
              "0",
              "Bytes on disk beyond which the oldest samples are forgotten early, such as 20GB; 0 sets no limit."),
          new ConfigSpec.Key(
              "batch_size",
              "1000",
              "After how many scrapes of a page they are moved into their compact form at the latest."),
          new ConfigSpec.Key(
              "flush_interval_seconds",
              "60",
              "How often full batches are moved and merged; never delays an acknowledgement."),
          new ConfigSpec.Key(
              "compression_enabled",
              "true",
              "Whether checkpoints, blobs and JSON files are compressed from now on; samples in SQLite always are."),
          new ConfigSpec.Key(
              "synchronous",
              "full",
              "full: a power cut loses nothing acknowledged; normal: only the death of the process loses nothing."),
          new ConfigSpec.Key(
              "out_of_order_window",
              "10m",
              "How far a pushed sample may lie behind the newest of its series."),
          new ConfigSpec.Key(
              "max_series",
              "1000000",
              "How many series there may be; samples of further ones are rejected."),
          new ConfigSpec.Key(
              "backup_interval", "1d", "The time between two backups; 0 makes none."),
          new ConfigSpec.Key("backup_keep", "3", "How many backups are kept."),
          new ConfigSpec.Key(
              "reserve_size",
              "64MiB",
              "Bytes set aside and given up when the disk is full; 0 sets none aside."),
          new ConfigSpec.Key(
              "db_file",
              "monitor.db",
              "The name of the file of records; it belongs to the directory and cannot be changed later."),
          new ConfigSpec.Key(
              "plugins_file",
              "plugins.json",
              "The readable twin of the plugins, in the form hybrid."),
          new ConfigSpec.Key(
              "guardrails_file",
              "guardrails.json",
              "The readable twin of the dropped sources, with their text."),
          new ConfigSpec.Key(
              "strategies_file",
              "strategies.json",
              "The readable twin of the strategies, with what they achieved."),
          new ConfigSpec.Key(
              "happy_paths_file", "happy_paths.json", "The readable twin of the happy paths."),
          new ConfigSpec.Key(
              "models_dir",
              "models",
              "The folder of the readable twins of what the learners know."),
          new ConfigSpec.Key(
              "commit_interval_ms",
              "250",
              "The longest time a scraped sample waits for its commit."));

  private static final long MOST_DAYS = 36_500;
  private static final long DAY_SECONDS = 86_400;
  private static final List<String> DAYS =
      List.of(
          "metrics_retention_days",
          "rollup_retention_days",
          "checkpoint_retention_days",
          "prediction_retention_days",
          "record_retention_days");
  private static final List<String> NAMES =
      List.of(
          "db_file",
          "plugins_file",
          "guardrails_file",
          "strategies_file",
          "happy_paths_file",
          "models_dir");

  private StorageKeys() {}

  static void check(Settings settings) {
    oneOf(settings, "backend", List.of("hybrid", "sqlite", "json"));
    oneOf(settings, "synchronous", List.of("full", "normal"));
    DAYS.forEach(key -> range(settings, key, settings.integer(key, 1), 1, MOST_DAYS));
    integer(settings, "batch_size", 1, 100_000);
    integer(settings, "flush_interval_seconds", 1, DAY_SECONDS);
    integer(settings, "max_series", 1, 100_000_000);
    integer(settings, "backup_keep", 1, 1_000);
    integer(settings, "commit_interval_ms", 1, 1_000);
    settings.size("max_size", 0);
    requireRange(settings, "reserve_size", settings.size("reserve_size", 0), 1L << 40, "0 to 1TiB");
    settings.flag("compression_enabled", true);
    seconds(settings, "out_of_order_window", DAY_SECONDS, "0s to 1d");
    seconds(settings, "backup_interval", MOST_DAYS * DAY_SECONDS, "0s to 36500d");
    for (String key : NAMES) {
      require(
          settings.string(key, "x").matches("[A-Za-z0-9_][A-Za-z0-9._-]{0,99}"),
          settings,
          key,
          "a plain file name of letters, digits, '.', '_' and '-', without a folder");
    }
  }

  private static void oneOf(Settings settings, String key, List<String> values) {
    String found = settings.string(key, values.get(0)).trim().toLowerCase(Locale.ROOT);
    if (!values.contains(found)) {
      String hint =
          NearestName.of(found, values).map(n -> "; did you mean '" + n + "'?").orElse("");
      throw wrong(settings, key, String.join(" or ", values) + hint);
    }
  }

  private static void integer(Settings settings, String key, long least, long most) {
    range(settings, key, settings.integer(key, least), least, most);
  }

  private static void range(Settings settings, String key, long value, long least, long most) {
    require(value >= least && value <= most, settings, key, least + " to " + most);
  }

  private static void seconds(Settings settings, String key, long most, String expected) {
    long value = settings.duration(key, Duration.ZERO).toSeconds();
    requireRange(settings, key, value, most, expected);
  }

  private static void requireRange(
      Settings settings, String key, long value, long most, String expected) {
    require(value >= 0 && value <= most, settings, key, expected);
  }

  private static void require(boolean holds, Settings settings, String key, String expected) {
    if (!holds) {
      throw wrong(settings, key, expected);
    }
  }

  private static MonitorException wrong(Settings settings, String key, String expected) {
    return new MonitorException(
        CONFIG_INVALID_VALUE,
        Blame.OPERATOR,
        "Configuration key '"
            + key
            + "' is '"
            + settings.string(key, "")
            + "'; expected "
            + expected);
  }
}
