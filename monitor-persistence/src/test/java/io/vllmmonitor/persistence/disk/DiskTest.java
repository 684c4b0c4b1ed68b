package io.vllmmonitor.persistence.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskTest {
  @TempDir Path folder;

  @Test
  void aFullDiskIsKnownByWhatTheSystemSays() {
    Path file = folder.resolve("file");
    assertThat(Disk.isFull(file, new IOException("No space left on device"))).isTrue();
    assertThat(Disk.isFull(file, new IOException(file + ": Disk quota exceeded"))).isTrue();
    assertThat(Disk.isFull(file, new IOException("Input/output error"))).isFalse();
    assertThat(Disk.isFull(folder.resolve("a/b"), new IOException("Input/output error"))).isFalse();
  }

  @Test
  void aFullDiskIsKnownWhateverLanguageTheSystemSpeaks() {
    IOException german =
        new IOException("Auf dem Ger\u00e4t ist kein Speicherplatz mehr verf\u00fcgbar");
    assertThat(Disk.isFull(folder.resolve("file"), german)).isFalse();
    assertThat(Disk.isFull(Path.of("/proc/version"), german)).as("no room at all").isTrue();
  }
}
