package io.vllmmonitor.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import io.vllmmonitor.api.lifecycle.LifecycleState;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;

/** One screen of truth. */
@Command(
    name = "status",
    description = {
      "Show targets, firing guardrails, expected failures, open incidents, the last attempt and"
          + " problems.",
      "Ends with 1 when the daemon is not ready, a target is in a failure state or terminated,"
          + " or an incident is open; with 0 when all is well."
    })
final class StatusCommand implements Callable<Integer> {
  private static final Set<String> BAD_STATES =
      Arrays.stream(LifecycleState.values())
          .filter(
              state ->
                  state.phase() == LifecycleState.Phase.FAILURE
                      || state == LifecycleState.TERMINATED)
          .map(Enum::name)
          .collect(Collectors.toUnmodifiableSet());

  private final MonitorCommand root;
  private final Reading reading;

  StatusCommand(MonitorCommand root) {
    this.root = root;
    this.reading = new Reading(root.surroundings().zone());
  }

  @Override
  public Integer call() {
    DaemonClient daemon = root.daemon();
    DaemonClient.Answer answer = daemon.get("/api/v1/status", Map.of());
    if (root.json()) {
      root.print(answer.text());
    } else {
      show(answer.json(), daemon.address());
    }
    return (isWell(answer.json()) ? ExitCode.OK : ExitCode.UNHEALTHY).number();
  }

  private static boolean isWell(JsonNode page) {
    for (JsonNode target : page.path("targets")) {
      if (BAD_STATES.contains(target.path("state").asText())) {
        return false;
      }
    }
    return page.path("ready").asBoolean() && page.path("open_incidents").isEmpty();
  }

  private void show(JsonNode page, String address) {
    root.print(
        Table.clean(
            "vllm-monitor "
                + Reading.text(page, "version")
                + "  http://"
                + address
                + "  process "
                + Reading.text(page, "pid")
                + "  up "
                + Reading.text(page, "uptime")
                + "  data "
                + Reading.text(page, "data")));
    if (!page.path("ready").asBoolean()) {
      root.print(Table.clean("NOT READY: " + Reading.text(page, "not_ready_reason")));
    }
    section("TARGETS", "none yet; looking for servers on this machine", targets(page));
    for (JsonNode target : page.path("targets")) {
      JsonNode error = target.path("error");
      if (error.isObject()) {
        root.print(
            "  ! "
                + Table.clean(
                    Reading.text(target, "instance")
                        + ": "
                        + Reading.text(error, "code")
                        + " "
                        + Reading.text(error, "message")));
      }
    }
    section("FIRING GUARDRAILS", "none", firing(page));
    if (!page.path("unknown").isEmpty()) {
      section("GUARDRAILS THAT CANNOT TELL", "none", unknown(page));
    }
    if (!page.path("expected").isEmpty()) {
      section("EXPECTED FAILURES", "none", expected(page));
    }
    section("OPEN INCIDENTS", "none", incidents(page));
    root.print("LAST ATTEMPT");
    lastAttempt(page.path("last_attempt"));
    section("PROBLEMS", "none", problems(page));
  }

  private void section(String title, String whenEmpty, Table table) {
    root.print(title);
    if (table.isEmpty()) {
      root.print("  " + whenEmpty);
    } else {
      table.lines().forEach(line -> root.print("  " + line));
    }
  }

  private Table targets(JsonNode page) {
    Table table =
        new Table("INSTANCE", "MODE", "STATE", "SINCE", "SCRAPE", "AT", "SAMPLES", "VERSION");
    for (JsonNode target : page.path("targets")) {
      table.row(
          Reading.text(target, "instance"),
          Reading.text(target, "mode"),
          Reading.text(target, "state"),
          reading.time(target, "state_since"),
          target.path("up").asBoolean() ? "up" : "DOWN",
          reading.time(target, "last_scrape_at"),
          Reading.text(target, "samples"),
          Reading.text(target, "version"));
    }
    return table;
  }

  private Table firing(JsonNode page) {
    Table table = new Table("GUARDRAIL", "TARGET", "SEVERITY", "SINCE", "REASON");
    for (JsonNode firing : page.path("firing")) {
      table.row(
          Reading.text(firing, "guardrail")
              + (firing.path("shadow").asBoolean() ? " (shadow)" : ""),
          Reading.text(firing, "target"),
          Reading.text(firing, "severity"),
          reading.time(firing, "fired_at"),
          Reading.text(firing, "reason"));
    }
    return table;
  }

  private Table unknown(JsonNode page) {
    Table table = new Table("GUARDRAIL", "TARGET", "REASON");
    for (JsonNode guardrail : page.path("unknown")) {
      table.row(
          Reading.text(guardrail, "guardrail"),
          Reading.text(guardrail, "target"),
          Reading.text(guardrail, "reason"));
    }
    return table;
  }

  private Table expected(JsonNode page) {
    Table table = new Table("PREDICTOR", "TARGET", "REASON");
    for (JsonNode predictor : page.path("expected")) {
      table.row(
          Reading.text(predictor, "predictor"),
          Reading.text(predictor, "target"),
          Reading.text(predictor, "reason"));
    }
    return table;
  }

  private Table incidents(JsonNode page) {
    Table table = new Table("ID", "TARGET", "KIND", "SEVERITY", "OPENED", "SUMMARY");
    for (JsonNode incident : page.path("open_incidents")) {
      table.row(
          Reading.text(incident, "id"),
          Reading.text(incident, "target"),
          Reading.text(incident, "kind"),
          Reading.text(incident, "severity"),
          reading.time(incident, "opened_at"),
          Reading.text(incident, "summary"));
    }
    return table;
  }

  private void lastAttempt(JsonNode attempt) {
    if (!attempt.isObject()) {
      root.print("  none");
      return;
    }
    root.print(
        "  "
            + Table.clean(
                Reading.text(attempt, "strategy")
                    + " on "
                    + Reading.text(attempt, "target")
                    + " at "
                    + reading.time(attempt, "planned_at")
                    + ": "
                    + Reading.text(attempt, "status")));
    root.print(
        attempt.path("outcome").isNull()
            ? "  outcome not measured"
            : "  outcome "
                + Table.clean(
                    Reading.text(attempt, "outcome")
                        + ": "
                        + Reading.text(attempt, "outcome_reason")));
  }

  private Table problems(JsonNode page) {
    Table table = new Table("CODE", "NAME", "SUBJECT", "COUNT", "LAST", "MESSAGE");
    for (JsonNode problem : page.path("problems")) {
      problem(table, problem, reading);
    }
    return table;
  }

  /** One line of a table of problems. */
  static void problem(Table table, JsonNode problem, Reading reading) {
    table.row(
        Reading.text(problem, "code"),
        Reading.text(problem, "name"),
        Reading.text(problem, "subject"),
        Reading.text(problem, "count"),
        reading.time(problem, "last_at"),
        Reading.text(problem, "message"));
  }
}
