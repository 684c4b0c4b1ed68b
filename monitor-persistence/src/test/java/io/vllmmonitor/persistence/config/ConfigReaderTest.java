package io.vllmmonitor.persistence.config;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.store.StorageBackend;
import io.vllmmonitor.persistence.config.PersistenceConfig.Synchronous;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every key of the section {@code storage}: its default, its range, and what is said outside. */
class ConfigReaderTest {
  private static final Path DATA = Path.of("/data");
  private static final Map<String, Function<PersistenceConfig, Object>> VALUES =
      Map.ofEntries(
          Map.entry("backend", PersistenceConfig::backend),
          Map.entry("metrics_retention_days", PersistenceConfig::metricsRetentionDays),
          Map.entry("rollup_retention_days", PersistenceConfig::rollupRetentionDays),
          Map.entry("checkpoint_retention_days", PersistenceConfig::checkpointRetentionDays),
          Map.entry("prediction_retention_days", PersistenceConfig::predictionRetentionDays),
          Map.entry("record_retention_days", PersistenceConfig::recordRetentionDays),
          Map.entry("max_size", PersistenceConfig::maxSize),
          Map.entry("batch_size", PersistenceConfig::batchSize),
          Map.entry("flush_interval_seconds", PersistenceConfig::flushIntervalSeconds),
          Map.entry("compression_enabled", PersistenceConfig::compressionEnabled),
          Map.entry("synchronous", PersistenceConfig::synchronous),
          Map.entry("out_of_order_window", PersistenceConfig::outOfOrderWindow),
          Map.entry("max_series", PersistenceConfig::maxSeries),
          Map.entry("backup_interval", PersistenceConfig::backupInterval),
          Map.entry("backup_keep", PersistenceConfig::backupKeep),
          Map.entry("reserve_size", PersistenceConfig::reserveSize),
          Map.entry("db_file", config -> config.files().db()),
          Map.entry("plugins_file", config -> config.files().plugins()),
          Map.entry("guardrails_file", config -> config.files().guardrails()),
          Map.entry("strategies_file", config -> config.files().strategies()),
          Map.entry("happy_paths_file", config -> config.files().happyPaths()),
          Map.entry("models_dir", config -> config.files().models()));

  private static PersistenceConfig read(String key, String value) {
    return PersistenceConfig.from(DATA, Settings.of(Map.of(key, value)));
  }

  private static Object value(PersistenceConfig config, String key) {
    assertThat(VALUES).containsKey(key);
    return requireNonNull(VALUES.get(key)).apply(config);
  }

  @Test
  void anEmptySectionIsTheDefaultsOfTheBuilder() {
    PersistenceConfig config = PersistenceConfig.from(DATA, Settings.empty());

    assertThat(config).isEqualTo(PersistenceConfig.of(DATA));
    assertThat(config.storageDir()).isEqualTo(DATA);
    assertThat(config.backend()).isEqualTo(StorageBackend.HYBRID);
    assertThat(config.compressionEnabled()).isTrue();
    assertThat(config.synchronous()).isEqualTo(Synchronous.FULL);
    assertThat(config.outOfOrderWindow()).isEqualTo(Duration.ofMinutes(10));
    assertThat(config.backupInterval()).isEqualTo(Duration.ofDays(1));
    assertThat(config.reserveSize()).isEqualTo(64L * 1024 * 1024);
  }

  @ParameterizedTest
  @CsvSource({
    "metrics_retention_days, 30",
    "rollup_retention_days, 400",
    "checkpoint_retention_days, 90",
    "prediction_retention_days, 60",
    "record_retention_days, 365",
    "max_size, 0",
    "batch_size, 1000",
    "flush_interval_seconds, 60",
    "max_series, 1000000",
    "backup_keep, 3",
    "db_file, monitor.db",
    "plugins_file, plugins.json",
    "guardrails_file, guardrails.json",
    "strategies_file, strategies.json",
    "happy_paths_file, happy_paths.json",
    "models_dir, models",
  })
  void aKeyThatIsAbsentHasItsDefault(String key, String expected) {
    assertThat(value(PersistenceConfig.from(DATA, Settings.empty()), key)).hasToString(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "backend, json, JSON",
    "backend, ' SQLite ', SQLITE",
    "metrics_retention_days, 7, 7",
    "rollup_retention_days, 8, 8",
    "checkpoint_retention_days, 9, 9",
    "prediction_retention_days, 10, 10",
    "record_retention_days, 11, 11",
    "max_size, 20GB, 20000000000",
    "batch_size, 12, 12",
    "flush_interval_seconds, 13, 13",
    "compression_enabled, false, false",
    "synchronous, normal, NORMAL",
    "out_of_order_window, 90s, PT1M30S",
    "max_series, 14, 14",
    "backup_interval, 12h, PT12H",
    "backup_keep, 15, 15",
    "reserve_size, 1MiB, 1048576",
    "db_file, a.db, a.db",
    "plugins_file, b.json, b.json",
    "guardrails_file, c.json, c.json",
    "strategies_file, d.json, d.json",
    "happy_paths_file, e.json, e.json",
    "models_dir, f, f",
  })
  void aKeySetsTheValueOfItsNameAndNoOther(String key, String text, String expected) {
    PersistenceConfig config = read(key, text);

    assertThat(value(config, key)).hasToString(expected);
    PersistenceConfig usual = PersistenceConfig.of(DATA);
    VALUES.keySet().stream()
        .filter(other -> !other.equals(key))
        .forEach(
            other -> assertThat(value(config, other)).as(other).isEqualTo(value(usual, other)));
  }

  @ParameterizedTest
  @CsvSource({
    "metrics_retention_days, 1, 36500",
    "rollup_retention_days, 1, 36500",
    "checkpoint_retention_days, 1, 36500",
    "prediction_retention_days, 1, 36500",
    "record_retention_days, 1, 36500",
    "batch_size, 1, 100000",
    "flush_interval_seconds, 1, 86400",
    "max_series, 1, 100000000",
    "backup_keep, 1, 1000",
  })
  void aNumberIsTakenFromItsRangeOnly(String key, int least, int most) {
    assertThat(value(read(key, Integer.toString(least)), key)).isEqualTo(least);
    assertThat(value(read(key, Integer.toString(most)), key)).isEqualTo(most);
    String expected = least + " to " + most;
    assertRefused(key, Integer.toString(least - 1), expected);
    assertRefused(key, Integer.toString(most + 1), expected);
    assertRefused(key, "-1", expected);
    assertThatThrownBy(() -> read(key, "99999999999"))
        .hasMessageContainingAll("'" + key + "'", expected);
    assertRefused(key, "many", "a whole number");
    assertRefused(key, "99999999999999999999", "a whole number");
  }

  @Test
  void sizesAndDurationsAreTakenFromTheirRangesOnly() {
    assertThat(read("reserve_size", "0").reserveSize()).isZero();
    assertThat(read("reserve_size", "1TiB").reserveSize()).isEqualTo(1L << 40);
    assertRefusedFor("reserve_size", "2TiB", "0 to " + (1L << 40));
    assertRefused("reserve_size", "much", "a size such as");
    assertThat(read("max_size", "999TB").maxSize()).isEqualTo(999_000_000_000_000L);
    assertRefused("max_size", "-1", "a size such as");
    assertRefused("max_size", "99999999TB", "a size such as");
    assertThat(read("out_of_order_window", "0").outOfOrderWindow()).isZero();
    assertThat(read("out_of_order_window", "1d").outOfOrderWindow()).isEqualTo(Duration.ofDays(1));
    assertRefusedFor("out_of_order_window", "25h", "0 to 86400");
    assertRefused("out_of_order_window", "-5s", "a duration such as");
    assertThat(read("backup_interval", "0s").backupInterval()).isZero();
    assertThat(read("backup_interval", "36500d").backupInterval())
        .isEqualTo(Duration.ofDays(36_500));
    assertRefusedFor("backup_interval", "36501d", "0 to 3153600000");
    assertRefused("backup_interval", "often", "a duration such as");
  }

  @Test
  void choicesAreTakenByNameOnly() {
    assertRefused("backend", "mysql", "one of [sqlite, json, hybrid]");
    assertRefused("synchronous", "off", "one of [full, normal]");
    assertRefused("compression_enabled", "yes", "true or false");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "db_file",
        "plugins_file",
        "guardrails_file",
        "strategies_file",
        "happy_paths_file",
        "models_dir"
      })
  void namesArePlainAndDifferFromEachOtherAndFromWhatLiesThere(String key) {
    assertRefused(key, "../up", "a plain file name");
    assertRefused(key, "a/b", "a plain file name");
    assertRefused(key, ".hidden", "a plain file name");
    assertRefused(key, "", "a plain file name");
    assertRefused(key, "x".repeat(101), "a plain file name");
    assertThat(value(read(key, "x".repeat(100)), key)).isEqualTo("x".repeat(100));
    for (String taken :
        List.of(
            "metrics",
            "STOP",
            "token",
            "owner.lock",
            "backups",
            "reserve",
            "work",
            "import.json",
            "import-staged")) {
      assertThatThrownBy(() -> read(key, taken))
          .isInstanceOf(MonitorException.class)
          .hasMessageContainingAll("'" + taken + "'", "differ from each other");
    }
    String other = key.equals("db_file") ? "plugins.json" : "monitor.db";
    assertThatThrownBy(() -> read(key, other))
        .isInstanceOf(MonitorException.class)
        .hasMessageContainingAll("'" + other + "'", "differ from each other");
  }

  @Test
  void keysOfOthersAreLeftAlone() {
    assertThat(read("commit_interval_ms", "1")).isEqualTo(PersistenceConfig.of(DATA));
    assertThat(read("storage_dir", "/elsewhere").storageDir()).isEqualTo(DATA);
  }

  private static void assertRefused(String key, String value, String expected) {
    assertThatThrownBy(() -> read(key, value))
        .as("%s = %s", key, value)
        .isInstanceOfSatisfying(
            MonitorException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID_VALUE))
        .hasMessageContainingAll("'" + key + "'", "'" + value + "'", "expected " + expected);
  }

  /** Where the value is told in the unit of the range. */
  private static void assertRefusedFor(String key, String value, String expected) {
    assertThatThrownBy(() -> read(key, value))
        .as("%s = %s", key, value)
        .isInstanceOfSatisfying(
            MonitorException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID_VALUE))
        .hasMessageContainingAll("'" + key + "'", "expected " + expected);
  }
}
