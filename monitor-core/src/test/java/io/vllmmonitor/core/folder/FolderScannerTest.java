package io.vllmmonitor.core.folder;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class FolderScannerTest {
  @TempDir Path folder;
  private Instant now = Instant.parse("2026-11-25T00:00:00Z");
  private FolderScanner scanner;

  @BeforeEach
  void open() {
    scanner = new FolderScanner(folder, ".java", 1_000);
  }

  @Test
  void aFileCountsOnceItHasNotChangedForAWhile() throws IOException {
    write("A.java", "one");
    assertThat(after(0).isEmpty()).isTrue();
    assertThat(scanner.isSettling()).isTrue();
    assertThat(after(200).isEmpty()).isTrue();
    FolderChanges changes = after(100);
    assertThat(changes.arrived()).hasSize(1);
    assertThat(new String(changes.arrived().get(0).bytes(), StandardCharsets.UTF_8))
        .isEqualTo("one");
    assertThat(after(1_000).isEmpty()).isTrue();
    assertThat(scanner.isSettling()).isFalse();
  }

  /** Without that, the removal of a file among others was taken for a folder that had vanished. */
  @Test
  void aFileThatGoesWhileTheFolderIsListedDoesNotTakeTheFolderWithIt() throws Exception {
    write("A.java", "one");
    write("B.java", "two");
    after(0);
    after(300);
    AtomicBoolean done = new AtomicBoolean();
    CompletableFuture<Void> coming =
        CompletableFuture.runAsync(
            () -> {
              try {
                while (!done.get()) {
                  Files.deleteIfExists(Files.write(folder.resolve("Fleeting.java"), new byte[1]));
                }
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    Files.delete(folder.resolve("B.java"));
    boolean removed = false;
    for (int look = 0; look < 3_000; look++) {
      removed |= after(1).removed().contains("B.java");
    }
    done.set(true);
    coming.get(10, TimeUnit.SECONDS);
    assertThat(removed).isTrue();
  }

  @Test
  void aFileThatStillGrowsIsNotRead() throws IOException {
    write("A.java", "o");
    after(0);
    for (int i = 0; i < 5; i++) {
      write("A.java", "o".repeat(i + 2));
      assertThat(after(299).isEmpty()).isTrue();
    }
    assertThat(after(300).arrived()).hasSize(1);
  }

  @Test
  void theSameContentIsNoNews() throws IOException {
    write("A.java", "one");
    after(0);
    after(300);
    Files.setLastModifiedTime(folder.resolve("A.java"), FileTime.fromMillis(5_000));
    after(0);
    assertThat(after(300).isEmpty()).isTrue();
    scanner.know(
        "B.java",
        io.vllmmonitor.core.identity.ContentHash.of("two".getBytes(StandardCharsets.UTF_8)));
    write("B.java", "two");
    after(0);
    assertThat(after(300).isEmpty()).isTrue();
  }

  @Test
  void aDeletionCountsAfterTwoSecondsWhileOthersStay() throws IOException {
    write("A.java", "one");
    write("B.java", "two");
    after(0);
    after(300);
    Files.delete(folder.resolve("A.java"));
    assertThat(after(0).removed()).isEmpty();
    assertThat(after(1_999).removed()).isEmpty();
    assertThat(after(1).removed()).containsExactly("A.java");
    assertThat(after(5_000).isEmpty()).isTrue();
  }

  @Test
  void anEmptyOrMissingFolderRemovesNothing() throws IOException {
    write("A.java", "one");
    after(0);
    after(300);
    Files.delete(folder.resolve("A.java"));
    for (int i = 0; i < 5; i++) {
      assertThat(after(3_000).isEmpty()).isTrue();
    }
    Files.delete(folder);
    assertThat(after(3_000).isEmpty()).isTrue();
    Files.createDirectory(folder);
    write("A.java", "one");
    after(0);
    assertThat(after(300).isEmpty()).isTrue();
  }

  @Test
  void whatVanishedWithTheFolderIsNotRemovedByTheNextFile() throws IOException {
    scanner.know("Stored.java", "hash of what the store brought back");
    after(0);
    write("New.java", "new");
    after(0);
    after(300);

    assertThat(after(5_000).removed()).isEmpty();
  }

  @Test
  void aFileThatIsMissingAmongOthersAtTheFirstLookIsRemoved() throws IOException {
    scanner.know("Stored.java", "hash of what the store brought back");
    write("Other.java", "other");
    after(0);

    assertThat(after(2_000).removed()).containsExactly("Stored.java");
  }

  @Test
  void whatWasRejectedIsWithdrawnAlsoFromAFolderThatIsEmptyThen() throws IOException {
    write("Bad.java", "bad");
    after(0);
    after(300);
    scanner.reject("Bad.java");
    Files.delete(folder.resolve("Bad.java"));
    after(0);
    assertThat(after(1_999).withdrawn()).isEmpty();

    FolderChanges changes = after(1);

    assertThat(changes.withdrawn()).containsExactly("Bad.java");
    assertThat(changes.removed()).isEmpty();
  }

  @Test
  void aRefusedFileThatGoesIsWithdrawn() throws IOException {
    write("Large.java", "x".repeat(1_001));
    after(0);
    assertThat(after(300).refused()).hasSize(1);
    Files.delete(folder.resolve("Large.java"));
    after(0);

    assertThat(after(2_000).withdrawn()).containsExactly("Large.java");
  }

  @Test
  void editorsLeavingsAndOtherKindsAreIgnored() throws IOException {
    for (String name :
        new String[] {
          ".A.java", "A.java~", "#A.java#", "#A.java", "A.java.tmp", ".A.java.swp", "4913", "A.txt"
        }) {
      write(name, "x");
    }
    after(0);
    assertThat(after(300).isEmpty()).isTrue();
  }

  @Test
  void linksPipesFoldersAndLargeFilesAreRefusedOnce() throws Exception {
    Path outside = Files.writeString(folder.resolve("outside.txt"), "secret");
    Files.createSymbolicLink(folder.resolve("Link.java"), outside);
    Files.createDirectory(folder.resolve("Folder.java"));
    Process mkfifo = new ProcessBuilder("mkfifo", folder.resolve("Pipe.java").toString()).start();
    assertThat(mkfifo.waitFor(10, TimeUnit.SECONDS)).isTrue();
    write("Large.java", "x".repeat(1_001));
    write("Good.java", "x");
    after(0);
    FolderChanges changes = after(300);
    assertThat(changes.refused())
        .extracting(refusal -> refusal.name() + " " + refusal.reason())
        .containsExactly(
            "Folder.java NOT_A_REGULAR_FILE",
            "Large.java TOO_LARGE",
            "Link.java NOT_A_REGULAR_FILE",
            "Pipe.java NOT_A_REGULAR_FILE");
    assertThat(changes.arrived())
        .extracting(FolderChanges.Arrival::name)
        .containsExactly("Good.java");
    assertThat(after(300).isEmpty()).isTrue();
  }

  private FolderChanges after(long millis) {
    now = now.plus(Duration.ofMillis(millis));
    return scanner.scan(now);
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
  }
}
