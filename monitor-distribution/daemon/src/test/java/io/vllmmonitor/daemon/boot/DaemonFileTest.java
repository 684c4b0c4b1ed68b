package io.vllmmonitor.daemon.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DaemonFileTest {
  private static final Instant START = Instant.parse("2026-11-25T12:00:00.123Z");

  @TempDir private Path directory;

  @Test
  void whatWasWrittenIsReadBack() {
    DaemonFile file = new DaemonFile("127.0.0.1:9464", ProcessHandle.current().pid(), START);
    file.write(directory);
    assertThat(DaemonFile.read(directory)).hasValue(file);
    assertThat(file.alive()).isTrue();
    file.delete(directory);
    assertThat(DaemonFile.read(directory)).isEmpty();
  }

  @Test
  void theFileOfAnotherDaemonIsLeftAlone() {
    DaemonFile other = new DaemonFile("127.0.0.1:1", 1, START);
    other.write(directory);
    new DaemonFile("127.0.0.1:2", 2, START).delete(directory);
    assertThat(DaemonFile.read(directory)).hasValue(other);
  }

  @Test
  void aTornFileNamesNoDaemon() throws Exception {
    Files.writeString(directory.resolve(DaemonFile.NAME), "{\"address\":\"127.0.0.1:94");
    assertThat(DaemonFile.read(directory)).isEmpty();
    Files.writeString(directory.resolve(DaemonFile.NAME), "");
    assertThat(DaemonFile.read(directory)).isEmpty();
    Files.writeString(directory.resolve(DaemonFile.NAME), "{}");
    assertThat(DaemonFile.read(directory)).isEmpty();
  }

  @Test
  void theBuildKnowsItsVersion() {
    assertThat(ProductVersion.get()).matches("\\d+\\.\\d+\\.\\d+.*");
  }
}
