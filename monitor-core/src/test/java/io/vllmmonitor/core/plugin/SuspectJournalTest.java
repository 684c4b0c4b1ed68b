package io.vllmmonitor.core.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.core.telemetry.Problems;
import io.vllmmonitor.testkit.time.ManualClock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SuspectJournalTest {
  private static final String HASH = "ab".repeat(32);

  @TempDir Path work;
  private final Problems problems =
      new Problems(ManualClock.at("2026-11-25T00:00:00Z"), new MemoryHistory());

  @Test
  void whatIsUnderWayIsOnDiskAndGoneWhenItHasEnded() {
    try (SuspectJournal journal = new SuspectJournal(work, problems)) {
      assertThat(journal.left()).isEmpty();
      Suspects.Entry start = journal.enter(HASH, "its start");
      Suspects.Entry call = journal.enter(HASH, "check() of kv");
      assertThat(next())
          .containsExactly(
              new SuspectJournal.Suspect(HASH, "its start"),
              new SuspectJournal.Suspect(HASH, "check() of kv"));
      start.close();
      assertThat(next()).containsExactly(new SuspectJournal.Suspect(HASH, "check() of kv"));
      call.close();
      assertThat(next()).isEmpty();
    }
  }

  @Test
  void theSameDeedOfTheSameContentIsNotedOnce() throws IOException {
    try (SuspectJournal journal = new SuspectJournal(work, problems)) {
      journal.enter(HASH, "its start").close();
      journal.enter(HASH, "its start").close();
      assertThat(Files.readAllLines(work.resolve("suspects"))).hasSize(2);
    }
  }

  @Test
  void theFirstEntryOfTheNextLifeForgetsTheLast() {
    try (SuspectJournal journal = new SuspectJournal(work, problems)) {
      journal.enter(HASH, "its start");
    }
    try (SuspectJournal journal = new SuspectJournal(work, problems)) {
      assertThat(journal.left()).hasSize(1);
      journal.enter("cd".repeat(32), "its start").close();
      assertThat(next()).isEmpty();
    }
  }

  @Test
  void whatAnotherBootOfTheMachineHasLeftIsNobodysFault() throws IOException {
    Files.writeString(work.resolve("suspects"), "+ 1 " + HASH + " another-boot its start\n");
    assertThat(next()).isEmpty();
  }

  @Test
  void halfALineIsPassedOver() throws IOException {
    try (SuspectJournal journal = new SuspectJournal(work, problems)) {
      journal.enter(HASH, "its start");
    }
    Path file = work.resolve("suspects");
    Files.writeString(file, Files.readString(file) + "+ 2 " + "cd", StandardCharsets.UTF_8);
    assertThat(next()).containsExactly(new SuspectJournal.Suspect(HASH, "its start"));
  }

  @Test
  void aJournalThatCannotBeWrittenIsAProblemAndHoldsNothingUp() throws IOException {
    Files.createDirectory(work.resolve("suspects"));
    try (SuspectJournal journal = new SuspectJournal(work, problems)) {
      journal.enter(HASH, "its start").close();
      assertThat(problems.open())
          .singleElement()
          .satisfies(problem -> assertThat(problem.message()).contains("Cannot write"));
      Files.delete(work.resolve("suspects"));
      journal.enter(HASH, "its restore").close();
      assertThat(problems.open()).isEmpty();
    }
  }

  private java.util.List<SuspectJournal.Suspect> next() {
    try (SuspectJournal journal = new SuspectJournal(work, problems)) {
      return journal.left();
    }
  }
}
