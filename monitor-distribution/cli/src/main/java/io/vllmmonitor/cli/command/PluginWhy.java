package io.vllmmonitor.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** One page about one unit: where it stands, why, and what would bring it back. */
@Command(
    name = "why",
    description = "Say where a plugin or dropped source stands, why, and what would bring it back.")
final class PluginWhy implements Runnable {
  private static final int MOST_STEPS = 15;

  @Parameters(paramLabel = "ID", description = "As 'plugin list' shows it.")
  private String id = "";

  private final MonitorCommand root;

  PluginWhy(MonitorCommand root) {
    this.root = root;
  }

  @Override
  public void run() {
    DaemonClient daemon = root.daemon();
    DaemonClient.Answer answer = daemon.get(PluginVerbs.path(id), Map.of());
    if (root.json()) {
      root.print(answer.text());
      return;
    }
    JsonNode page = answer.json();
    Reading reading = new Reading(root.surroundings().zone());
    summary(page, reading);
    calls(page.path("calls"), reading);
    print("Problems", problems(daemon, page, reading));
    print("Health", health(page.path("health"), reading));
    print("Generations", generations(page.path("generations"), reading));
    int known = page.path("transitions").size();
    print(
        known > MOST_STEPS
            ? "Steps, the newest " + MOST_STEPS + " (all: " + PluginVerbs.path(id) + "/transitions)"
            : "Steps, newest first",
        steps(page.path("transitions"), reading));
  }

  private void summary(JsonNode page, Reading reading) {
    line(
        Reading.text(page, "id")
            + " is "
            + Reading.text(page, "phase")
            + " ("
            + Reading.text(page, "status")
            + ") since "
            + reading.time(page, "at"));
    line(
        "  what     "
            + Reading.text(page, "kind")
            + " "
            + Reading.text(page, "file")
            + ", version "
            + Reading.text(page, "version")
            + ", generation "
            + Reading.text(page, "generation")
            + ", sha256 "
            + Reading.text(page, "code_hash"));
    line("  brings   " + Reading.list(page, "extensions"));
    line("  why      " + Reading.text(page, "reason"));
    line("  remedy   " + Reading.text(page, "remedy"));
    line(
        "  needs    "
            + Reading.list(page, "dependencies")
            + ", needed by "
            + Reading.list(page, "dependents"));
    if (!page.path("probation_left").isNull()) {
      line(
          "  trial    on probation for another "
              + Reading.text(page, "probation_left")
              + ", and until enough of its calls have ended");
    }
  }

  private void calls(JsonNode calls, Reading reading) {
    line(
        "  calls    "
            + Reading.text(calls, "calls")
            + ", failed "
            + Reading.text(calls, "failures")
            + ", slow "
            + Reading.text(calls, "slow")
            + ", cancelled "
            + Reading.text(calls, "cancelled")
            + ", held back "
            + Reading.text(calls, "skipped")
            + ", threads lost "
            + Reading.text(calls, "abandoned"));
    if (!calls.path("last_failure").asText().isEmpty()) {
      line(
          "  failed   "
              + reading.time(calls, "last_failure_at")
              + " "
              + Reading.text(calls, "last_failure"));
    }
  }

  /** What is wrong with the unit or with its file, such as a newer jar that waits for approval. */
  private static Table problems(DaemonClient daemon, JsonNode page, Reading reading) {
    Table table = new Table("CODE", "NAME", "SUBJECT", "COUNT", "LAST", "MESSAGE");
    Set<String> subjects =
        new HashSet<>(List.of(Reading.text(page, "id"), Reading.text(page, "file")));
    for (JsonNode problem : daemon.get("/api/v1/problems", Map.of()).json().path("items")) {
      if (subjects.contains(Reading.text(problem, "subject"))) {
        StatusCommand.problem(table, problem, reading);
      }
    }
    return table;
  }

  private static Table health(JsonNode instances, Reading reading) {
    Table table = new Table("INSTANCE", "TARGET", "BREAKER", "FAILED IN A ROW", "LAST FAILURE");
    for (JsonNode instance : instances) {
      table.row(
          Reading.text(instance, "name"),
          Reading.text(instance, "target"),
          Reading.text(instance, "breaker"),
          Reading.text(instance, "consecutive_failures"),
          instance.path("last_failure_at").isNull()
              ? Reading.NOTHING
              : reading.time(instance, "last_failure_at")
                  + " "
                  + Reading.text(instance, "last_failure"));
    }
    return table;
  }

  private static Table generations(JsonNode generations, Reading reading) {
    Table table = new Table("GEN", "VERSION", "CODE", "SINCE", "FILE", "REASON");
    for (JsonNode generation : generations) {
      table.row(
          Reading.text(generation, "generation"),
          Reading.text(generation, "version"),
          Reading.text(generation, "status"),
          reading.time(generation, "at"),
          Reading.text(generation, "file"),
          Reading.text(generation, "reason"));
    }
    return table;
  }

  private static Table steps(JsonNode transitions, Reading reading) {
    Table table = new Table("TIME", "GEN", "FROM", "TO", "CODE", "REASON");
    int shown = 0;
    for (JsonNode step : transitions) {
      if (shown++ < MOST_STEPS) {
        table.row(
            reading.time(step, "at"),
            Reading.text(step, "generation"),
            Reading.text(step, "from"),
            Reading.text(step, "to"),
            Reading.text(step, "code"),
            Reading.text(step, "reason"));
      }
    }
    return table;
  }

  private void print(String heading, Table table) {
    if (!table.isEmpty()) {
      line("");
      line(heading);
      table.lines().forEach(row -> root.print("  " + row));
    }
  }

  private void line(String text) {
    root.print(text.isEmpty() ? text : Table.clean(text).indent(leading(text)).stripTrailing());
  }

  private static int leading(String text) {
    return text.length() - text.stripLeading().length();
  }
}
