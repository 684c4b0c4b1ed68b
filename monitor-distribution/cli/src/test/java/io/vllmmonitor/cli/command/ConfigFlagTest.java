package io.vllmmonitor.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.daemon.web.FakeDaemon;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The directory that only the file behind {@code --config} names. */
class ConfigFlagTest {
  @TempDir private Path folder;
  private String config = "";
  private Run run = new Run(Path.of(""));

  @BeforeEach
  void writeConfiguration() throws Exception {
    Path data = Files.createDirectory(folder.resolve("data"));
    config =
        Files.writeString(
                folder.resolve("other.yaml"),
                "storage:\n  storage_dir: " + data + "\n  db_file: mine.db\n")
            .toString();
    run = new Run(data);
    run.named = false;
  }

  @Test
  void verbsThatAskTheDaemonFindIt() throws Exception {
    try (FakeDaemon daemon = new FakeDaemon()) {
      run.on(daemon);
      assertThat(run.command("status", "--config", config)).isZero();
      assertThat(run.command("history", "checkpoints", "--config", config)).isZero();
      assertThat(run.command("--config", config, "plugin", "list")).isZero();
      assertThat(run.command("retention", "--dry-run", "--config", config)).isZero();
      assertThat(run.command("verify", "--config", config)).isZero();
      assertThat(run.command("status")).isEqualTo(3);
      assertThat(run.command("stop", "--config", config)).isNotEqualTo(3);
      assertThat(daemon.awaitStop()).isTrue();
      assertThat(daemon.stops).hasValue(1);
    }
  }

  @Test
  void verbsThatOpenTheStoreKeepItAsTheFileSays() {
    assertThat(run.command("backup", "--config", config)).isZero();
    assertThat(folder.resolve("data/mine.db")).exists();
    String archive = folder.resolve("archive").toString();
    assertThat(run.command("export", archive, "--config", config)).isZero();
    assertThat(run.command("import", archive, "--merge", "--config", config)).isZero();
    assertThat(run.command("retention", "--config", config)).isZero();
    assertThat(run.command("verify", "--config", config)).isZero();
    assertThat(folder.resolve("data/monitor.db")).doesNotExist();
  }

  @Test
  void upHandsItToTheDaemon() {
    assertThat(run.command("up", "--config", config)).isZero();
    assertThat(run.ups)
        .singleElement()
        .satisfies(options -> assertThat(options.config()).isEqualTo(Path.of(config)));
  }

  @Test
  void aFileThatIsNotThereIsTold() {
    String missing = folder.resolve("missing.yaml").toString();
    assertThat(run.command("status", "--config", missing)).isEqualTo(2);
    assertThat(run.err).startsWith("VMON-1").contains("missing.yaml");
    assertThat(run.command("status", "--config", missing, "--data", folder.toString()))
        .isEqualTo(2);
  }
}
