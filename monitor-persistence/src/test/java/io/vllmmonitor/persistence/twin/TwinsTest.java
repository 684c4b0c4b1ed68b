package io.vllmmonitor.persistence.twin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.testkit.time.ManualClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TwinsTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String NAME = "plugins.json";

  private final ManualClock clock = new ManualClock(Instant.parse("2026-11-25T12:00:00Z"));

  @TempDir Path folder;

  private Twins twins() {
    return new Twins(folder, "monitor.db", clock);
  }

  private static ArrayNode entries(String... names) {
    ArrayNode entries = JSON.createArrayNode();
    for (String name : names) {
      entries.addObject().put("name", name).put("z", 0.1 + 0.2).put("a", 3);
    }
    return entries;
  }

  @Test
  void aTwinIsReadableAndNamesTheTruth() throws Exception {
    assertThat(twins().write(NAME, entries("one"))).isTrue();
    JsonNode json = JSON.readTree(folder.resolve(NAME).toFile());
    assertThat(json.path("twin_of").asText()).isEqualTo("monitor.db");
    assertThat(json.path("entries").get(0).path("name").asText()).isEqualTo("one");
    assertThat(Files.readAllLines(folder.resolve(NAME))).hasSizeGreaterThan(5);
  }

  @Test
  void whatDidNotChangeIsNotWrittenAgain() throws Exception {
    Twins twins = twins();
    twins.write(NAME, entries("one"));
    assertThat(twins.write(NAME, entries("one"))).isFalse();
    assertThat(twins.write(NAME, entries("one", "two"))).isTrue();
    Files.delete(folder.resolve(NAME));
    assertThat(twins.write(NAME, entries("one", "two"))).isTrue();
  }

  @Test
  void oneThatIsAsItWasWrittenIsNoProblemAndKeptOverARestart() {
    twins().write(NAME, entries("one"));
    Twins next = twins();
    assertThat(next.check(NAME)).isEmpty();
    assertThat(next.write(NAME, entries("one"))).isFalse();
    assertThat(next.check("never.json")).isEmpty();
  }

  @Test
  void anEditedTwinIsToldAndOverwritten() throws Exception {
    twins().write(NAME, entries("one"));
    Path file = folder.resolve(NAME);
    Files.writeString(file, Files.readString(file).replace("\"one\"", "\"mine\""));
    Twins next = twins();
    assertThat(next.check(NAME))
        .hasValueSatisfying(
            problem -> {
              assertThat(problem.code()).isEqualTo(ErrorCode.STORE_TWIN_CHANGED);
              assertThat(problem.message()).contains("monitor.db", "was overwritten");
            });
    assertThat(next.write(NAME, entries("one"))).isTrue();
    assertThat(Files.readString(file)).contains("\"one\"").doesNotContain("mine");
  }

  @Test
  void whatIsNoJsonIsToldAsWell() throws Exception {
    Files.writeString(folder.resolve(NAME), "{half");
    assertThat(twins().check(NAME))
        .hasValueSatisfying(problem -> assertThat(problem.message()).contains("no JSON"));
  }

  @Test
  void twinsOfWhatIsGoneAreDeletedButNoFilesOfOthers() throws Exception {
    Twins twins = twins();
    twins.write("models/a.json", entries("a"));
    twins.write("models/b.json", entries("b"));
    Files.writeString(folder.resolve("models/mine.json"), "{}");
    twins.keepOnly("models", Set.of("models/a.json"));
    assertThat(twins.in("models")).containsExactly("models/a.json", "models/mine.json");
  }
}
