package io.vllmmonitor.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.daemon.web.FakeDaemon;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreVerbsTest {
  @TempDir private Path folder;

  @Test
  void theDaemonForgetsAndBacksUp() throws Exception {
    try (FakeDaemon daemon = new FakeDaemon()) {
      Run run = new Run(Files.createDirectory(folder.resolve("data"))).on(daemon);
      assertThat(run.command("retention", "--dry-run")).isZero();
      assertThat(run.out).contains("audit", "a dry run, nothing was changed");
      assertThat(run.command("retention")).isZero();
      assertThat(run.out).contains("Gave back 0 bytes");
      assertThat(run.command("backup")).isZero();
      assertThat(run.out).contains("Backed up 3 files (300 bytes, 100 of them copied)");
      assertThat(run.command("--json", "retention", "--dry-run")).isZero();
      assertThat(run.out).contains("\"dry_run\":true", "\"table\":\"audit\"");
    }
  }

  @Test
  void withoutADaemonABackupIsMadeAndRestored() throws Exception {
    Run run = new Run(folder.resolve("data"));
    assertThat(run.command("backup")).isZero();
    List<Path> backups;
    try (Stream<Path> found = Files.list(folder.resolve("data/backups"))) {
      backups = found.toList();
    }
    assertThat(backups).hasSize(1);
    String backup = backups.get(0).toString();

    Run fresh = new Run(folder.resolve("fresh"));
    assertThat(fresh.command("restore", backup)).isZero();
    assertThat(fresh.out).contains("Restored");
    assertThat(folder.resolve("fresh/monitor.db")).exists();
    assertThat(fresh.command("retention", "--dry-run")).isZero();
    assertThat(fresh.command("restore", backup)).isEqualTo(2);
    assertThat(fresh.err).startsWith("VMON-7010 STORE_DIRECTORY_NOT_EMPTY");
    Run other = new Run(folder.resolve("other"));
    assertThat(other.command("restore", folder.toString())).isEqualTo(2);
    assertThat(other.err).startsWith("VMON-7101 BACKUP_INVALID");
    assertThat(folder.resolve("other")).doesNotExist();
  }

  @Test
  void aStoreIsConvertedAndTheVerbsGoOnWithIt() throws Exception {
    Run run = new Run(folder.resolve("data"));
    assertThat(run.command("convert", "--to", "json")).isEqualTo(2);
    assertThat(run.err).contains("no store");
    assertThat(run.command("backup")).isZero();
    assertThat(run.command("convert", "--to", "tape")).isEqualTo(2);
    assertThat(run.err).contains("'tape' is no form of a store");
    assertThat(run.command("convert", "--to", "json")).isZero();
    assertThat(run.out).contains("from HYBRID to JSON", "Set storage.backend: json");
    assertThat(folder.resolve("data/monitor.db")).doesNotExist();
    assertThat(run.command("convert", "--to", "json")).isEqualTo(2);
    assertThat(run.command("retention", "--dry-run")).isZero();
    assertThat(run.command("export", folder.resolve("export").toString())).isZero();
    assertThat(run.command("backup")).isZero();
    Path backup;
    try (Stream<Path> found = Files.list(folder.resolve("data/backups"))) {
      backup = found.max(Path::compareTo).orElseThrow();
    }
    Run fresh = new Run(folder.resolve("fresh"));
    assertThat(fresh.command("restore", backup.toString())).isZero();
    assertThat(fresh.command("--json", "convert", "--to", "hybrid")).isZero();
    assertThat(fresh.out).contains("\"from\":\"JSON\",\"to\":\"HYBRID\"");
  }
}
