package io.vllmmonitor.persistence.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.testkit.time.ManualClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
  private final ManualClock clock = ManualClock.at("2026-11-25T12:00:00Z");

  @TempDir Path temp;

  private static void assertCode(ErrorCode code, String part, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(MonitorException.class, e -> assertThat(e.code()).isEqualTo(code))
        .hasMessageContaining(part);
  }

  private static String rights(Path path) throws Exception {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void theDirectoryAndItsFoldersArePrivate() throws Exception {
    Path path = temp.resolve("a/b");
    try (OpenStores stores = OpenStores.in(path, clock)) {
      for (String folder :
          List.of(".", "metrics", "guardrails", "extensions", "plugins", "models")) {
        assertThat(rights(path.resolve(folder))).isEqualTo("rwx------");
      }
      assertThat(stores.engine().report().fresh()).isTrue();
    }
    try (OpenStores stores = OpenStores.in(path, clock)) {
      assertThat(stores.engine().report().fresh()).isFalse();
    }
  }

  @Test
  void rightsOfAStrangersDirectoryAreLeftAlone() throws Exception {
    Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.writeString(temp.resolve("letter.txt"), "mine");
    try (DataDirectory first = DataDirectory.open(temp, clock)) {
      assertThat(rights(first.path())).isEqualTo("rwxr-xr-x");
    }
  }

  @Test
  void aSecondProcessIsRefusedAtOnceAndToldTheOwner() throws Exception {
    try (ChildJvm owner = ChildJvm.start(DirectoryHolder.class, temp.toString())) {
      assertThat(owner.line()).isEqualTo("ready");
      long start = System.nanoTime();
      assertCode(
          ErrorCode.STORE_OWNED,
          "process " + owner.pid() + " (listening on 127.0.0.1:9464",
          () -> DataDirectory.open(temp, clock));
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(1));

      assertThat(owner.finish()).isZero();
      try (DataDirectory free = DataDirectory.open(temp, clock)) {
        assertThat(DataDirectory.ownerOf(temp))
            .contains(new Owner(ProcessHandle.current().pid(), "", clock.instant()));
        assertThat(free.path()).isEqualTo(temp.toRealPath());
      }
      assertThat(DataDirectory.ownerOf(temp)).isEmpty();
    }
  }

  @Test
  void theStartOfTheOwnerIsWrittenWithMilliseconds() throws Exception {
    clock.advance(Duration.ofNanos(7_000_123_456L));
    try (DataDirectory directory = DataDirectory.open(temp, clock)) {
      assertThat(directory.path().resolve("daemon.json"))
          .content()
          .contains("\"start\":\"2026-11-25T12:00:07.000Z\"");
    }
  }

  @Test
  void aKilledOwnerLeavesTheDirectoryFree() throws Exception {
    try (ChildJvm owner = ChildJvm.start(DirectoryHolder.class, temp.toString())) {
      assertThat(owner.line()).isEqualTo("ready");
      owner.kill();
      DataDirectory.open(temp, clock).close();
    }
  }

  @Test
  void theSameProcessIsRefusedToAndKeepsItsLock() throws Exception {
    try (DataDirectory first = DataDirectory.open(temp, clock)) {
      first.announce("127.0.0.1:1");
      assertCode(
          ErrorCode.STORE_OWNED,
          "listening on 127.0.0.1:1",
          () -> DataDirectory.open(temp.resolve("."), clock));
      try (ChildJvm second = ChildJvm.start(DirectoryHolder.class, temp.toString())) {
        assertThat(second.line()).as("a second process gets nothing").isNull();
      }
    }
  }

  @Test
  void closingTwiceDoesNotTouchTheNextOwner() {
    DataDirectory first = DataDirectory.open(temp, clock);
    first.close();
    try (DataDirectory second = DataDirectory.open(temp, clock)) {
      first.close();
      assertThat(DataDirectory.ownerOf(second.path())).isPresent();
      assertCode(ErrorCode.STORE_OWNED, "in use", () -> DataDirectory.open(temp, clock));
    }
  }

  @Test
  void namesThatCannotBeUsedAreRefused() throws Exception {
    assertCode(
        ErrorCode.CONFIG_INVALID_VALUE,
        "question mark",
        () -> DataDirectory.open(temp.resolve("a?b"), clock));
    Path file = Files.writeString(temp.resolve("file"), "");
    assertCode(ErrorCode.STORE_IO, "file", () -> DataDirectory.open(file.resolve("inside"), clock));
    assertCode(ErrorCode.STORE_IO, "file", () -> DataDirectory.open(file, clock));
  }
}
