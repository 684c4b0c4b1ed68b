package io.vllmmonitor.core.folder;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TwoFoldersTest {
  @TempDir Path home;
  private Path first;
  private Path second;
  private TwoFolders both;
  private Instant now = Instant.parse("2026-11-25T00:00:00Z");

  @BeforeEach
  void open() throws IOException {
    first = Files.createDirectory(home.resolve("first"));
    second = Files.createDirectory(home.resolve("second"));
    both =
        new TwoFolders(
            new FolderScanner(first, ".java", 100),
            new FolderScanner(second, ".java", 100),
            "second/");
  }

  @Test
  void filesOfTheSecondCarryItsName() throws IOException {
    Files.writeString(first.resolve("A.java"), "one");
    Files.writeString(second.resolve("A.java"), "two");
    Files.writeString(second.resolve("Large.java"), "x".repeat(101));
    after(0);
    FolderChanges changes = after(300);
    assertThat(changes.arrived())
        .extracting(FolderChanges.Arrival::name)
        .containsExactly("A.java", "second/A.java");
    assertThat(changes.refused())
        .extracting(FolderChanges.Refusal::name)
        .containsExactly("second/Large.java");
    assertThat(both.names()).containsExactly("A.java", "second/A.java", "second/Large.java");
  }

  @Test
  void whatIsKnownForgottenAndRejectedGoesToTheRightOne() throws IOException {
    Files.writeString(first.resolve("Keep.java"), "k");
    Files.writeString(second.resolve("Keep.java"), "k");
    both.expect("second/Gone.java");
    both.know("Gone2.java", "hash");
    after(0);
    after(300);
    assertThat(after(2_000).removed()).containsExactly("Gone2.java", "second/Gone.java");
    both.forget("second/Keep.java");
    after(0);
    assertThat(after(300).arrived())
        .extracting(FolderChanges.Arrival::name)
        .containsExactly("second/Keep.java");
    both.reject("second/Keep.java");
    Files.delete(second.resolve("Keep.java"));
    after(0);
    FolderChanges changes = after(2_000);
    assertThat(changes.withdrawn()).containsExactly("second/Keep.java");
  }

  @Test
  void oneEmptyFolderHasVanishedWhateverIsInTheOther() throws IOException {
    Files.writeString(first.resolve("A.java"), "one");
    Files.writeString(second.resolve("B.java"), "two");
    after(0);
    after(300);
    Files.delete(second.resolve("B.java"));
    after(0);
    assertThat(after(5_000).removed()).isEmpty();
  }

  private FolderChanges after(long millis) {
    now = now.plus(Duration.ofMillis(millis));
    return both.scan(now);
  }
}
