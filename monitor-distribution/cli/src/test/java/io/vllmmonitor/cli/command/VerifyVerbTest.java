package io.vllmmonitor.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.daemon.web.FakeDaemon;
import io.vllmmonitor.persistence.verify.Finding;
import io.vllmmonitor.persistence.verify.PartReport;
import io.vllmmonitor.persistence.verify.VerifyReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifyVerbTest {
  @TempDir private Path folder;

  private Path data() {
    return folder.resolve("data");
  }

  private static Path onlyBackup(Path data) throws IOException {
    try (Stream<Path> found = Files.list(data.resolve("backups"))) {
      return found.findFirst().orElseThrow();
    }
  }

  @Test
  void withoutADaemonTheStoreIsReadAndLeftAsItIs() throws Exception {
    Run run = new Run(data());
    assertThat(run.command("backup")).isZero();

    assertThat(run.command("verify")).isZero();
    assertThat(run.out).contains("records", "All is well in " + data(), "nothing was changed");
    assertThat(data().resolve("daemon.json")).doesNotExist();
    assertThat(run.command("verify", "--json")).isZero();
    assertThat(run.out).contains("\"total_findings\":0", "\"opened\":true");
  }

  @Test
  void findingsEndWithOneAndAStoreThatCannotBeOpenedWithFive() throws Exception {
    Run run = new Run(data());
    assertThat(run.command("backup")).isZero();
    Files.writeString(data().resolve("metrics/2026-11-24.db"), "no database".repeat(100));

    assertThat(run.command("verify")).isEqualTo(1);
    assertThat(run.out).contains("found: metrics/2026-11-24.db: ", "What to do: ", "1 findings");

    Files.writeString(data().resolve("monitor.db"), "no database".repeat(100));
    assertThat(run.command("verify")).isEqualTo(5);
    assertThat(run.out).contains("found: monitor.db: ", "STORE_DAMAGED", "2 findings");
  }

  @Test
  void aBackupIsComparedWithItsManifest() throws Exception {
    Run run = new Run(data());
    assertThat(run.command("backup")).isZero();
    Path backup = onlyBackup(data());
    assertThat(run.command("verify", backup.toString())).isZero();
    assertThat(run.out).contains("backup", "All is well in " + backup);

    Files.write(backup.resolve("monitor.db"), new byte[1], StandardOpenOption.APPEND);
    assertThat(run.command("verify", backup.toString())).isEqualTo(1);
    assertThat(run.out).contains("found: monitor.db: has ", "SHA-256", "make a new one");

    assertThat(run.command("verify", folder.toString())).isEqualTo(2);
    assertThat(run.err).startsWith("VMON-7101 BACKUP_INVALID");
  }

  @Test
  void whereThereIsNoStoreNothingIsMade() {
    Run run = new Run(data());
    assertThat(run.command("verify")).isEqualTo(2);
    assertThat(run.err).contains("There is no store in " + data());
    assertThat(data()).doesNotExist();
  }

  @Test
  void aRunningDaemonReadsItsOwnStore() throws Exception {
    try (FakeDaemon daemon = new FakeDaemon()) {
      Run run = new Run(Files.createDirectory(data())).on(daemon);
      assertThat(run.command("verify")).isZero();
      assertThat(run.out).contains("All is well in /var/lib/x");

      daemon.verified =
          new VerifyReport(
              Path.of("/var/lib/x"),
              false,
              FakeDaemon.NOW,
              true,
              List.of(new PartReport("samples", 2, 4_096, Map.of("blocks", 3L), 2)),
              List.of(new Finding("samples", "metrics/a.db", "pack 1 is gone", "restore it")),
              2,
              List.of("worth knowing"),
              1_000);
      assertThat(run.command("verify")).isEqualTo(1);
      assertThat(run.out)
          .contains(
              "samples  2      4096   2         3 blocks",
              "found: metrics/a.db: pack 1 is gone. What to do: restore it",
              "found: 1 more findings, which are not listed",
              "note: worth knowing",
              "2 findings in /var/lib/x; 1000 bytes are free");
    }
  }
}
