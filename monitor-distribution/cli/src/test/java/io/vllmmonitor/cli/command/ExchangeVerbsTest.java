package io.vllmmonitor.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.daemon.web.FakeDaemon;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExchangeVerbsTest {
  private static final Instant PAST = Instant.parse("2025-11-25T12:00:00Z");

  @TempDir private Path folder;
  private final FakeDaemon daemon = new FakeDaemon();
  private Run run = new Run(Path.of("unset"));
  private String archive = "";

  @BeforeEach
  void find() throws Exception {
    run = new Run(Files.createDirectory(folder.resolve("data"))).on(daemon);
    archive = folder.resolve("archive").toString();
    daemon.samples.append(
        List.of(
            new SampleBatch(
                new TargetId("gpu1:8000"), PAST, List.of(SeriesKey.of("m")), new double[] {1})));
  }

  @AfterEach
  void close() {
    daemon.close();
  }

  @Test
  void theDaemonExportsAndImports() {
    assertThat(run.command("export", archive)).isZero();
    assertThat(run.out).contains("Exported 1 samples, 0 records and 0 blobs into " + archive);
    assertThat(run.command("import", archive, "--merge", "--dry-run")).isZero();
    assertThat(run.out).contains("samples  1     0      0        1     0     0", "A dry run");
    assertThat(run.command("export", archive)).isEqualTo(2);
    assertThat(run.err).startsWith("VMON-7010 STORE_DIRECTORY_NOT_EMPTY");
    assertThat(run.command("import", archive, "--replace")).isEqualTo(2);
    assertThat(run.err).startsWith("VMON-7205 IMPORT_REFUSED");
    assertThat(run.command("--json", "import", archive, "--merge")).isZero();
    assertThat(run.out).startsWith("{\"directory\":");
  }

  @Test
  void withoutADaemonTheStoreItselfIsOpened() throws Exception {
    assertThat(run.command("export", archive)).isZero();
    Path fresh = folder.resolve("fresh");
    Run offline = new Run(fresh);
    assertThat(offline.command("export", folder.resolve("no").toString())).isEqualTo(2);
    assertThat(fresh).doesNotExist();
    assertThat(offline.command("import", archive, "--merge")).isZero();
    assertThat(offline.out).contains("samples  1     1 ");
    assertThat(offline.command("import", archive, "--merge")).isZero();
    assertThat(offline.out).contains("samples  1     0 ");
    String again = folder.resolve("again").toString();
    assertThat(offline.command("export", again, "--compression", "samples")).isZero();
    assertThat(Path.of(again, "manifest.json"))
        .hasSameBinaryContentAs(Path.of(archive, "manifest.json"));
    Files.writeString(Path.of(archive, "extra"), "x");
    assertThat(offline.command("import", archive, "--merge")).isEqualTo(1);
    assertThat(offline.err).startsWith("VMON-7201 ARCHIVE_INVALID");
    Files.writeString(fresh.resolve("monitor.db"), "no database at all, but long enough to be one");
    assertThat(offline.command("import", again, "--merge")).isEqualTo(5);
  }

  @Test
  void wrongUsageEndsWithTwo() {
    assertThat(run.command("export")).isEqualTo(2);
    assertThat(run.command("import", archive)).isEqualTo(2);
    assertThat(run.command("import", archive, "--merge", "--replace")).isEqualTo(2);
    assertThat(run.command("export", archive, "--format", "zip")).isEqualTo(2);
    assertThat(run.command("export", archive, "--from", "yesterday")).isEqualTo(2);
    assertThat(run.command("export", archive, "--from=-1h", "--to=-2h")).isEqualTo(2);
    assertThat(Path.of(archive)).doesNotExist();
  }
}
