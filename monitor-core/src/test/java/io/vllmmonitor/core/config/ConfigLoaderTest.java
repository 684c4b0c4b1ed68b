package io.vllmmonitor.core.config;

import static io.vllmmonitor.api.error.ErrorCode.CONFIG_DUPLICATE_TARGET;
import static io.vllmmonitor.api.error.ErrorCode.CONFIG_INVALID_VALUE;
import static io.vllmmonitor.api.error.ErrorCode.CONFIG_UNKNOWN_KEY;
import static io.vllmmonitor.api.error.ErrorCode.CONFIG_UNREADABLE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.vllmmonitor.api.config.ConfigSpec;
import io.vllmmonitor.api.config.SecretReference;
import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.api.target.TargetMode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigLoaderTest {
  @TempDir Path home;

  @Test
  void withoutAnythingEveryKeyHasItsDefault() {
    MonitorConfig config = load(Map.of(), ConfigFlags.none());

    assertThat(config.data()).isEqualTo(home.resolve(".vllm_monitor"));
    assertThat(config.listen()).isEqualTo(new ListenAddress("127.0.0.1", 9464));
    assertThat(config.targets()).isEmpty();
    ConfigKeys.SECTIONS.forEach(
        (name, spec) -> {
          for (ConfigSpec.Key key : spec.keys()) {
            assertThat(config.section(name).string(key.name(), "absent"))
                .as(name + "." + key.name())
                .isEqualTo(key.defaultValue());
          }
        });
  }

  @Test
  void everyKeyOfEverySectionCanBeSetInTheFile() throws IOException {
    StringBuilder yaml = new StringBuilder("listen: '127.0.0.1:0'\n");
    Map<String, String> other =
        Map.ofEntries(
            Map.entry("guardrails.auto_promote", "true"),
            Map.entry("folder.authoritative", "false"),
            Map.entry("lifecycle.hang_after", "42s"),
            Map.entry("mitigations.min_confidence", "0.25"),
            Map.entry("mitigations.cooldown_seconds", "5"),
            Map.entry("mitigations.max_interventions_per_hour", "7"),
            Map.entry("mitigations.max_interventions_per_day", "8"),
            Map.entry("mitigations.advice_repeat_seconds", "9"),
            Map.entry("storage.backend", "SQLITE"),
            Map.entry("storage.commit_interval_ms", "100"),
            Map.entry("storage.storage_dir", "/elsewhere"),
            Map.entry("storage.metrics_retention_days", "31"),
            Map.entry("storage.rollup_retention_days", "401"),
            Map.entry("storage.checkpoint_retention_days", "91"),
            Map.entry("storage.prediction_retention_days", "61"),
            Map.entry("storage.record_retention_days", "366"),
            Map.entry("storage.max_size", "20GB"),
            Map.entry("storage.batch_size", "500"),
            Map.entry("storage.flush_interval_seconds", "30"),
            Map.entry("storage.compression_enabled", "false"),
            Map.entry("storage.synchronous", "normal"),
            Map.entry("storage.out_of_order_window", "5m"),
            Map.entry("storage.max_series", "5000"),
            Map.entry("storage.backup_interval", "12h"),
            Map.entry("storage.backup_keep", "7"),
            Map.entry("storage.reserve_size", "1MiB"),
            Map.entry("storage.db_file", "m.db"),
            Map.entry("storage.plugins_file", "p.json"),
            Map.entry("storage.guardrails_file", "g.json"),
            Map.entry("storage.strategies_file", "s.json"),
            Map.entry("storage.happy_paths_file", "h.json"),
            Map.entry("storage.models_dir", "learned"),
            Map.entry("trust.require_signature", "true"),
            Map.entry("trust.allow_unsigned", "false"),
            Map.entry("trust.pinned", "a1".repeat(32) + ", " + "b2".repeat(32)),
            Map.entry("mitigations.escalation_threshold", "4"),
            Map.entry("mitigations.enable_aggressive_actions", "true"),
            Map.entry("probation.duration", "2m"),
            Map.entry("probation.calls", "7"),
            Map.entry("rehearsal.enabled", "false"),
            Map.entry("rehearsal.window", "6h"),
            Map.entry("rehearsal.deadline", "30s"),
            Map.entry("rehearsal.max_firing_ratio", "0.25"),
            Map.entry("rehearsal.promote_after", "24h"));
    ConfigKeys.SECTIONS.forEach(
        (name, spec) -> {
          yaml.append(name).append(":\n");
          for (ConfigSpec.Key key : spec.keys()) {
            String path = name + "." + key.name();
            assertThat(other).as("this test sets every key").containsKey(path);
            yaml.append("  ").append(key.name()).append(": ").append(other.get(path)).append('\n');
          }
        });

    MonitorConfig config = load(Map.of(), withFile(yaml.toString()));

    assertThat(config.listen().port()).isZero();
    other.forEach(
        (path, value) -> {
          String[] parts = path.split("\\.");
          assertThat(config.section(parts[0]).string(parts[1], "absent")).isEqualTo(value);
        });
  }

  @Test
  void aTargetTakesAllOfItsKeys() throws IOException {
    Path authorities = Files.writeString(home.resolve("ca.pem"), "a certificate");
    MonitorConfig config =
        load(
            Map.of(),
            withFile(
                """
                targets:
                  - url: https://GPU1/team-a/
                    mode: act
                    scrape_interval: 1s
                    bearer_token: env:TOKEN
                    ca_file: %s
                  - gpu2:9000
                """
                    .formatted(authorities)));

    Target first = config.targets().get(0);
    assertThat(first.id().instance()).isEqualTo("gpu1:8000/team-a");
    assertThat(first.url()).isEqualTo(URI.create("https://gpu1:8000/team-a"));
    assertThat(first.mode()).isEqualTo(TargetMode.ACT);
    assertThat(first.scrapeInterval()).isEqualTo(Duration.ofSeconds(1));
    assertThat(first.bearerToken())
        .isEqualTo(new SecretReference(SecretReference.Place.ENV, "TOKEN"));
    assertThat(first.caFile()).isEqualTo(authorities);
    assertThat(config.targets().get(1).id().instance()).isEqualTo("gpu2:9000");
    assertThat(config.targets().get(1).mode()).isEqualTo(TargetMode.ADVISE);
  }

  @Test
  void aFlagWinsOverTheEnvironmentAndTheEnvironmentOverTheFile() throws IOException {
    String yaml = "listen: 127.0.0.1:1\nstorage:\n  commit_interval_ms: 10\n";
    Map<String, String> environment =
        Map.of(
            "VLLM_MONITOR_LISTEN", "127.0.0.1:2", "VLLM_MONITOR_STORAGE_COMMIT_INTERVAL_MS", "20");

    MonitorConfig fromEnvironment = load(environment, withFile(yaml));
    MonitorConfig fromFlag =
        load(environment, new ConfigFlags(List.of(), null, "127.0.0.1:3", withFile(yaml).config()));

    assertThat(fromEnvironment.listen().port()).isEqualTo(2);
    assertThat(fromEnvironment.section("storage").integer("commit_interval_ms", 0)).isEqualTo(20);
    assertThat(fromFlag.listen().port()).isEqualTo(3);
  }

  @Test
  void otherDefaultsStandInOnlyWhereNothingIsSet() throws IOException {
    Map<String, String> defaults =
        Map.of("storage.commit_interval_ms", "7", "guardrails.auto_promote", "true");

    MonitorConfig config =
        new ConfigLoader(Map.of(), home)
            .load(withFile("storage:\n  commit_interval_ms: 9\n"), defaults);

    assertThat(config.section("storage").integer("commit_interval_ms", 0)).isEqualTo(9);
    assertThat(config.section("guardrails").flag("auto_promote", false)).isTrue();
  }

  @Test
  void theDataDirectoryIsTheFlagElseTheEnvironmentElseBelowHome() {
    Map<String, String> environment = Map.of("VLLM_MONITOR_DATA", "/var/lib/vllm-monitor");

    assertThat(new ConfigLoader(environment, home).dataDirectory(Path.of("/data"), null))
        .isEqualTo(Path.of("/data"));
    assertThat(new ConfigLoader(environment, home).dataDirectory(null, null))
        .isEqualTo(Path.of("/var/lib/vllm-monitor"));
    assertThat(new ConfigLoader(Map.of(), home).dataDirectory(null, null))
        .isEqualTo(home.resolve(".vllm_monitor"));
  }

  @Test
  void storageDirNamesTheDirectoryWhereNeitherFlagNorEnvironmentDoes() throws IOException {
    Path file = withFile("storage: {storage_dir: /srv/monitor}\n").config();
    ConfigFlags inFile = new ConfigFlags(List.of(), null, null, file);
    ConfigFlags withFlag = new ConfigFlags(List.of(), Path.of("/data"), null, file);
    Map<String, String> environment = Map.of("VLLM_MONITOR_DATA", "/var/lib/vllm-monitor");
    Map<String, String> named = Map.of("VLLM_MONITOR_CONFIG", String.valueOf(file));

    assertThat(load(Map.of(), inFile).data()).isEqualTo(Path.of("/srv/monitor"));
    assertThat(load(environment, inFile).data()).isEqualTo(Path.of("/var/lib/vllm-monitor"));
    assertThat(load(environment, withFlag).data()).isEqualTo(Path.of("/data"));
    assertThat(new ConfigLoader(named, home).dataDirectory(null, null))
        .as("every command finds it through the environment")
        .isEqualTo(Path.of("/srv/monitor"));
  }

  @Test
  void anAddressOnTheCommandLineKeepsWhatTheFileSaysOfTheSameServer() throws IOException {
    Path file = withFile("targets:\n  - url: localhost:8000\n    mode: act\n").config();

    MonitorConfig config =
        load(Map.of(), new ConfigFlags(List.of("localhost", "other"), null, null, file));

    assertThat(config.targets())
        .extracting(Target::mode)
        .containsExactly(TargetMode.ACT, TargetMode.ADVISE);
  }

  @Test
  void monitorYamlInTheDataDirectoryIsReadWithoutBeingNamed() throws IOException {
    Files.createDirectories(home.resolve(".vllm_monitor"));
    Files.writeString(home.resolve(".vllm_monitor/monitor.yaml"), "listen: 127.0.0.1:77\n");

    assertThat(load(Map.of(), ConfigFlags.none()).listen().port()).isEqualTo(77);
  }

  @Test
  void settingsOfAPluginReachItByItsId() throws IOException {
    MonitorConfig config =
        load(Map.of(), withFile("plugins:\n  guardrail-vllm:\n    kv_limit: 0.9\n"));

    assertThat(config.plugin("guardrail-vllm").number("kv_limit", 0)).isEqualTo(0.9);
    assertThat(config.plugin("unknown")).isEqualTo(Settings.empty());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "storag: {}| CONFIG_UNKNOWN_KEY| did you mean 'storage'",
        "storage: {comit_interval_ms: 5}| CONFIG_UNKNOWN_KEY| did you mean 'commit_interval_ms'",
        "targets: [{url: a, mod: act}]| CONFIG_UNKNOWN_KEY| did you mean 'mode'",
        "targets: [{mode: act}]| CONFIG_INVALID_VALUE| without 'url'",
        "targets: [{url: a, mode: attack}]| CONFIG_INVALID_VALUE| observe, advise or act",
        "targets: [{url: a, scrape_interval: 5}]| CONFIG_INVALID_VALUE| duration",
        "targets: [{url: a, scrape_interval: 1ms}]| CONFIG_INVALID_VALUE| 10 ms",
        "targets: [{url: 'ftp://a'}]| CONFIG_INVALID_VALUE| scheme",
        "targets: [{url: a, ca_file: /nope.pem}]| CONFIG_INVALID_VALUE| /nope.pem",
        "targets: {url: a}| CONFIG_INVALID_VALUE| a list",
        "targets: [{url: a, bearer_token: hunter2}]| CONFIG_INVALID_VALUE| env:NAME",
        "targets: [a, 'http://A:8000/']| CONFIG_DUPLICATE_TARGET| a:8000",
        "storage: {commit_interval_ms: many}| CONFIG_INVALID_VALUE| Section 'storage'",
        "storage: {commit_interval_ms: 5000}| CONFIG_INVALID_VALUE| 1 to 1000",
        "storage: {backend: oracle}| CONFIG_INVALID_VALUE| sqlite",
        "storage: {backend: sqlit}| CONFIG_INVALID_VALUE| did you mean 'sqlite'",
        "storage: {synchronous: off}| CONFIG_INVALID_VALUE| full or normal",
        "storage: {metrics_retention_days: 0}| CONFIG_INVALID_VALUE| 1 to 36500",
        "storage: {max_size: much}| CONFIG_INVALID_VALUE| 20GB",
        "storage: {reserve_size: 2TiB}| CONFIG_INVALID_VALUE| 0 to 1TiB",
        "storage: {out_of_order_window: 2d}| CONFIG_INVALID_VALUE| 0s to 1d",
        "storage: {batch_size: 0}| CONFIG_INVALID_VALUE| 1 to 100000",
        "storage: {db_file: a/b.db}| CONFIG_INVALID_VALUE| without a folder",
        "lifecycle: {hang_after: 1ms}| CONFIG_INVALID_VALUE| at least 1s",
        "guardrails: {auto_promote: perhaps}| CONFIG_INVALID_VALUE| true or false",
        "mitigations: {min_confidence: 2}| CONFIG_INVALID_VALUE| 0 to 1",
        "listen: nowhere| CONFIG_INVALID_VALUE| host:port",
        "listen: '127.0.0.1:99999'| CONFIG_INVALID_VALUE| 65535",
        "'- a'| CONFIG_INVALID_VALUE| sections",
        "listen: [1| CONFIG_UNREADABLE| line 1",
      })
  void aWrongFileIsRefusedAndTheMessageHelps(String yaml, ErrorCode code, String hint)
      throws IOException {
    ConfigFlags flags = withFile(yaml);

    assertThatExceptionOfType(MonitorException.class)
        .isThrownBy(() -> load(Map.of(), flags))
        .satisfies(e -> assertThat(e.code()).isEqualTo(code))
        .withMessageContaining(hint);
  }

  @Test
  void aKeyGivenTwiceIsRefused() throws IOException {
    ConfigFlags flags = withFile("listen: 127.0.0.1:1\nlisten: 127.0.0.1:2\n");

    assertCode(CONFIG_UNREADABLE, flags);
  }

  @Test
  void aMisspeltVariableOfASectionIsRefusedAndOthersAreLeftAlone() {
    Map<String, String> misspelt = Map.of("VLLM_MONITOR_STORAGE_COMMIT_INTERVALL_MS", "3");
    Map<String, String> ofThePlatform = Map.of("VLLM_MONITOR_SERVICE_HOST", "10.0.0.1");

    assertThatExceptionOfType(MonitorException.class)
        .isThrownBy(() -> load(misspelt, ConfigFlags.none()))
        .satisfies(e -> assertThat(e.code()).isEqualTo(CONFIG_UNKNOWN_KEY))
        .withMessageContaining("did you mean 'VLLM_MONITOR_STORAGE_COMMIT_INTERVAL_MS'");
    assertThat(load(ofThePlatform, ConfigFlags.none()).targets()).isEmpty();
  }

  @Test
  void aFileThatWasNamedMustExist() {
    assertCode(
        CONFIG_UNREADABLE, new ConfigFlags(List.of(), null, null, home.resolve("missing.yaml")));
  }

  @Test
  void twoTargetsWithOneInstanceAreRefusedFromTheCommandLineToo() {
    assertCode(
        CONFIG_DUPLICATE_TARGET,
        new ConfigFlags(List.of("localhost:8000", "http://localhost"), null, null, null));
  }

  @Test
  void aSecretIsNeverRepeatedInTheMessage() throws IOException {
    ConfigFlags flags = withFile("targets: [{url: a, bearer_token: hunter2}]");

    assertThatExceptionOfType(MonitorException.class)
        .isThrownBy(() -> load(Map.of(), flags))
        .satisfies(e -> assertThat(e.code()).isEqualTo(CONFIG_INVALID_VALUE))
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("hunter2"));
  }

  @Test
  void anUnknownKeyFarFromAllOthersListsThem() throws IOException {
    ConfigFlags flags = withFile("xyzzy: 1");

    assertThatExceptionOfType(MonitorException.class)
        .isThrownBy(() -> load(Map.of(), flags))
        .satisfies(e -> assertThat(e.code()).isEqualTo(CONFIG_UNKNOWN_KEY))
        .withMessageContaining("targets");
  }

  private void assertCode(ErrorCode code, ConfigFlags flags) {
    assertThatExceptionOfType(MonitorException.class)
        .isThrownBy(() -> load(Map.of(), flags))
        .satisfies(e -> assertThat(e.code()).isEqualTo(code));
  }

  private MonitorConfig load(Map<String, String> environment, ConfigFlags flags) {
    return new ConfigLoader(environment, home).load(flags);
  }

  private ConfigFlags withFile(String yaml) throws IOException {
    Path file = home.resolve("given.yaml");
    Files.writeString(file, yaml);
    return new ConfigFlags(List.of(), null, null, file);
  }
}
