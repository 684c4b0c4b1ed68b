package io.vllmmonitor.core.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** With a real folder and a real watch service. */
@Timeout(60)
class FolderWatchTest {
  @TempDir Path home;
  private final Set<String> arrived = ConcurrentHashMap.newKeySet();
  private final Set<String> removed = ConcurrentHashMap.newKeySet();

  @Test
  void filesAreFoundAndTheirRemovalIs() throws IOException {
    Path folder = Files.createDirectory(home.resolve("drop"));
    try (FolderWatch watch = watching(folder)) {
      Files.writeString(folder.resolve("A.java"), "a");
      Files.writeString(folder.resolve("B.java"), "b");
      awaitArrival("A.java", "B.java");
      Files.delete(folder.resolve("A.java"));
      await().until(() -> removed.contains("A.java"));
      assertThat(watch).isNotNull();
    }
  }

  @Test
  void aFolderThatIsMadeLateOrAnewIsWatched() throws IOException {
    Path folder = home.resolve("late");
    try (FolderWatch watch = watching(folder)) {
      Files.createDirectory(folder);
      Files.writeString(folder.resolve("A.java"), "a");
      awaitArrival("A.java");
      Files.delete(folder.resolve("A.java"));
      Files.delete(folder);
      Files.createDirectory(folder);
      Files.writeString(folder.resolve("B.java"), "b");
      awaitArrival("B.java");
      assertThat(removed).isEmpty();
      assertThat(watch).isNotNull();
    }
  }

  /** More events than the watch service keeps: it reports an overflow, and the look finds all. */
  @Test
  void moreFilesAtOnceThanTheSystemReportsAreAllFound() throws IOException {
    Path folder = Files.createDirectory(home.resolve("many"));
    try (FolderWatch watch = watching(folder)) {
      for (int i = 0; i < 800; i++) {
        Files.writeString(folder.resolve("F" + i + ".java"), "x" + i);
      }
      await().atMost(Duration.ofSeconds(30)).until(() -> arrived.size() == 800);
      assertThat(watch).isNotNull();
    }
  }

  /** As Kubernetes swaps a mounted folder: a link is turned to another folder. */
  @Test
  void aFolderBehindALinkThatIsTurnedIsSeen() throws IOException {
    Path one = Files.createDirectory(home.resolve("one"));
    Path two = Files.createDirectory(home.resolve("two"));
    Files.writeString(one.resolve("A.java"), "a");
    Files.writeString(two.resolve("A.java"), "changed");
    Files.writeString(two.resolve("B.java"), "b");
    Path link = Files.createSymbolicLink(home.resolve("link"), one);
    try (FolderWatch watch = watching(link)) {
      awaitArrival("A.java");
      arrived.clear();
      Path next = Files.createSymbolicLink(home.resolve("next"), two);
      Files.move(next, link, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
      awaitArrival("A.java", "B.java");
      assertThat(watch).isNotNull();
    }
  }

  @Test
  void aLookThatFailsIsMadeAgain() {
    AtomicInteger looks = new AtomicInteger();
    try (FolderWatch watch =
        new FolderWatch(
            "test-folder",
            List.of(home),
            () -> {
              if (looks.incrementAndGet() == 1) {
                throw new IllegalStateException("as the test wants");
              }
              return true;
            })) {
      await().until(() -> looks.get() > 2);
      assertThat(watch).isNotNull();
    }
  }

  private FolderWatch watching(Path folder) {
    FolderScanner scanner = new FolderScanner(folder, ".java", 1_000);
    return new FolderWatch(
        "test-folder",
        List.of(folder),
        () -> {
          FolderChanges changes = scanner.scan(Instant.now());
          changes.arrived().forEach(arrival -> arrived.add(arrival.name()));
          removed.addAll(changes.removed());
          return scanner.isSettling();
        });
  }

  private void awaitArrival(String... names) {
    await().atMost(Duration.ofSeconds(20)).until(() -> arrived.containsAll(Set.of(names)));
  }
}
