package io.vllmmonitor.daemon.boot;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.config.ConfigSpec;
import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.core.config.ConfigFlags;
import io.vllmmonitor.core.config.ConfigKeys;
import io.vllmmonitor.core.config.ConfigLoader;
import io.vllmmonitor.persistence.config.PersistenceConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the configuration says about the section {@code storage} before anything is opened is what
 * the store itself says: the same keys, the same defaults, the same ranges.
 */
class StorageKeysTest {
  /** Read by the daemon and not by the store. */
  private static final Set<String> OF_THE_DAEMON = Set.of("storage_dir", "commit_interval_ms");

  /** For each key values inside and outside, at the edges of its range. */
  private static final Map<String, List<String>> VALUES =
      Map.ofEntries(
          Map.entry("backend", List.of("hybrid", "SQLite", "json", "mysql", "")),
          Map.entry("synchronous", List.of("full", "NORMAL", "off")),
          Map.entry("metrics_retention_days", List.of("0", "1", "36500", "36501", "-1", "x")),
          Map.entry("rollup_retention_days", List.of("0", "1", "36500", "36501", "-1", "x")),
          Map.entry("checkpoint_retention_days", List.of("0", "1", "36500", "36501", "-1", "x")),
          Map.entry("prediction_retention_days", List.of("0", "1", "36500", "36501", "-1", "x")),
          Map.entry("record_retention_days", List.of("0", "1", "36500", "36501", "-1", "x")),
          Map.entry("max_size", List.of("0", "1", "20GB", "9999999TiB", "-1", "x")),
          Map.entry("batch_size", List.of("0", "1", "100000", "100001", "4294967297", "x")),
          Map.entry("flush_interval_seconds", List.of("0", "1", "86400", "86401", "x")),
          Map.entry("compression_enabled", List.of("true", "false", "yes")),
          Map.entry("out_of_order_window", List.of("0", "1s", "1d", "86401s", "-1s", "x")),
          Map.entry("max_series", List.of("0", "1", "100000000", "100000001", "x")),
          Map.entry("backup_interval", List.of("0", "1s", "36500d", "36501d", "x")),
          Map.entry("backup_keep", List.of("0", "1", "1000", "1001", "x")),
          Map.entry("reserve_size", List.of("0", "1", "1TiB", "1025GiB", "x")),
          Map.entry("db_file", List.of("a.db", "a/b", ".a", "", "a b")),
          Map.entry("plugins_file", List.of("a.json", "a/b", ".a", "")),
          Map.entry("guardrails_file", List.of("a.json", "a/b", ".a", "")),
          Map.entry("strategies_file", List.of("a.json", "a/b", ".a", "")),
          Map.entry("happy_paths_file", List.of("a.json", "a/b", ".a", "")),
          Map.entry("models_dir", List.of("a", "a/b", "..", "")));

  @TempDir private Path home;

  private static ConfigSpec spec() {
    return requireNonNull(ConfigKeys.SECTIONS.get("storage"));
  }

  private boolean isTakenByTheConfiguration(String key, String value) {
    Map<String, String> environment =
        Map.of("VLLM_MONITOR_STORAGE_" + key.toUpperCase(Locale.ROOT), value);
    try {
      return new ConfigLoader(environment, home)
          .load(new ConfigFlags(List.of(), home, null, null))
          .section("storage")
          .keys()
          .contains(key);
    } catch (MonitorException e) {
      assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID_VALUE);
      assertThat(e).hasMessageContaining("'" + key + "'");
      return false;
    }
  }

  private boolean isTakenByTheStore(String key, String value) {
    try {
      PersistenceConfig config = PersistenceConfig.from(home, Settings.of(Map.of(key, value)));
      return config.storageDir().equals(home);
    } catch (MonitorException e) {
      assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID_VALUE);
      assertThat(e).hasMessageContaining("'" + key + "'");
      return false;
    }
  }

  @Test
  void bothTakeAndRefuseTheSameValues() {
    VALUES.forEach(
        (key, values) -> {
          for (String value : values) {
            assertThat(isTakenByTheConfiguration(key, value))
                .as("%s = '%s'", key, value)
                .isEqualTo(isTakenByTheStore(key, value));
          }
          assertThat(values)
              .as(key)
              .anyMatch(value -> isTakenByTheStore(key, value))
              .anyMatch(value -> !isTakenByTheStore(key, value));
        });
  }

  @Test
  void everyKeyIsLookedAtHere() {
    assertThat(spec().keys())
        .extracting(ConfigSpec.Key::name)
        .containsExactlyInAnyOrderElementsOf(
            Stream.concat(VALUES.keySet().stream(), OF_THE_DAEMON.stream()).toList());
  }

  @Test
  void theDefaultsOfTheConfigurationAreThoseOfTheStore() {
    Map<String, String> defaults =
        spec().keys().stream()
            .collect(
                Collectors.toMap(
                    ConfigSpec.Key::name,
                    ConfigSpec.Key::defaultValue,
                    (first, second) -> first,
                    TreeMap::new));
    assertThat(PersistenceConfig.from(home, Settings.of(defaults)))
        .isEqualTo(PersistenceConfig.of(home));
    defaults.forEach(
        (key, value) ->
            assertThat(PersistenceConfig.from(home, Settings.of(Map.of(key, value))))
                .as(key)
                .isEqualTo(PersistenceConfig.of(home)));
  }

  @Test
  void whatIsReservedForTheDaemonIsInRangeToo() {
    assertThat(isTakenByTheConfiguration("commit_interval_ms", "1")).isTrue();
    assertThat(isTakenByTheConfiguration("commit_interval_ms", "1000")).isTrue();
    assertThat(isTakenByTheConfiguration("commit_interval_ms", "0")).isFalse();
    assertThat(isTakenByTheConfiguration("commit_interval_ms", "1001")).isFalse();
  }
}
