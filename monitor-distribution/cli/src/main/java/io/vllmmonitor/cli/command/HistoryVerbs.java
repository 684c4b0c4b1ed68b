package io.vllmmonitor.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The kinds of the history that are lists of entries. */
final class HistoryVerbs {
  private HistoryVerbs() {}

  /** One list: which, filtered how, shown in which columns. */
  abstract static class Entries implements Runnable {
    @Mixin private Span span = new Span();

    @Option(
        names = "--cursor",
        paramLabel = "CURSOR",
        description = "The page after the one that named this cursor.")
    private @Nullable String cursor;

    private final MonitorCommand root;
    private final String path;
    final Reading reading;

    Entries(MonitorCommand root, String path) {
      this.root = root;
      this.path = path;
      this.reading = new Reading(root.surroundings().zone());
    }

    abstract void filter(Map<String, String> parameters);

    abstract Table table();

    abstract void row(Table table, JsonNode item);

    @Override
    public void run() {
      Map<String, String> parameters = span.parameters();
      Span.put(parameters, "cursor", cursor);
      filter(parameters);
      DaemonClient.Answer answer = root.daemon().get(path, parameters);
      if (root.json()) {
        root.print(answer.text());
        return;
      }
      Table table = table();
      answer.json().path("items").forEach(item -> row(table, item));
      table.lines().forEach(root::print);
      int lost = answer.json().path("passed_over").asInt();
      if (lost > 0) {
        root.surroundings()
            .err()
            .println(lost + " damaged entries are left out; 'vllm-monitor status' says more");
      }
      String next = answer.json().path("next").asText("");
      if (answer.json().path("next").isTextual()) {
        root.surroundings().err().println("There is more: --cursor " + Table.clean(next));
      }
    }
  }

  /** States of targets. */
  @Command(name = "checkpoints", description = "Changes of state of the targets.")
  static final class Checkpoints extends Entries {
    @Option(names = "--state", paramLabel = "STATE", description = "Only into this state.")
    private @Nullable String state;

    Checkpoints(MonitorCommand root) {
      super(root, "/api/v1/checkpoints");
    }

    @Override
    void filter(Map<String, String> parameters) {
      Span.put(parameters, "state", state);
    }

    @Override
    Table table() {
      return new Table("AT", "TARGET", "STATE", "BEFORE", "TRANSITION", "REASON");
    }

    @Override
    void row(Table table, JsonNode item) {
      table.row(
          reading.time(item, "at"),
          Reading.text(item, "target"),
          Reading.text(item, "state"),
          Reading.text(item, "previous_state"),
          Reading.text(item, "transition"),
          Reading.text(item, "reason"));
    }
  }

  /** Failures from their first firing to the last clearing. */
  @Command(name = "incidents", description = "Incidents.")
  static final class Incidents extends Entries {
    @Option(
        names = {"--status", "--state"},
        paramLabel = "STATUS",
        description = "OPEN or CLOSED.")
    private @Nullable String status;

    Incidents(MonitorCommand root) {
      super(root, "/api/v1/incidents");
    }

    @Override
    void filter(Map<String, String> parameters) {
      Span.put(parameters, "status", status);
    }

    @Override
    Table table() {
      return new Table("ID", "OPENED", "CLOSED", "TARGET", "KIND", "SEVERITY", "SUMMARY");
    }

    @Override
    void row(Table table, JsonNode item) {
      table.row(
          Reading.text(item, "id"),
          reading.time(item, "opened_at"),
          reading.time(item, "closed_at"),
          Reading.text(item, "target"),
          Reading.text(item, "kind"),
          Reading.text(item, "severity"),
          Reading.text(item, "summary"));
    }
  }

  /** What was tried or advised, and what came of it. */
  @Command(name = "attempts", description = "Mitigation attempts with their measured outcome.")
  static final class Attempts extends Entries {
    @Option(names = "--strategy", paramLabel = "ID", description = "Only of this strategy.")
    private @Nullable String strategy;

    @Option(
        names = {"--status", "--state"},
        paramLabel = "STATUS",
        description = "Such as ADVISED, REFUSED, SUCCEEDED.")
    private @Nullable String status;

    @Option(names = "--outcome", paramLabel = "OUTCOME", description = "Such as SUCCESS.")
    private @Nullable String outcome;

    Attempts(MonitorCommand root) {
      super(root, "/api/v1/attempts");
    }

    @Override
    void filter(Map<String, String> parameters) {
      Span.put(parameters, "strategy", strategy);
      Span.put(parameters, "status", status);
      Span.put(parameters, "outcome", outcome);
    }

    @Override
    Table table() {
      return new Table(
          "ID", "PLANNED", "TARGET", "INCIDENT", "STRATEGY", "STATUS", "OUTCOME", "REASON");
    }

    @Override
    void row(Table table, JsonNode item) {
      table.row(
          Reading.text(item, "id"),
          reading.time(item, "planned_at"),
          Reading.text(item, "target"),
          Reading.text(item, "incident_id"),
          Reading.text(item, "strategy"),
          Reading.text(item, "status"),
          Reading.text(item, "outcome"),
          Reading.text(item, "outcome_reason"));
    }
  }

  /** When guardrails fired. */
  @Command(name = "guardrails", description = "Firings of guardrails.")
  static final class Guardrails extends Entries {
    @Option(names = "--guardrail", paramLabel = "ID", description = "Only of this guardrail.")
    private @Nullable String guardrail;

    @Option(
        names = {"--status", "--state"},
        paramLabel = "STATUS",
        description = "FIRING or CLEARED.")
    private @Nullable String status;

    Guardrails(MonitorCommand root) {
      super(root, "/api/v1/firings");
    }

    @Override
    void filter(Map<String, String> parameters) {
      Span.put(parameters, "guardrail", guardrail);
      Span.put(parameters, "status", status);
    }

    @Override
    Table table() {
      return new Table("FIRED", "CLEARED", "GUARDRAIL", "TARGET", "SEVERITY", "KIND", "REASON");
    }

    @Override
    void row(Table table, JsonNode item) {
      table.row(
          reading.time(item, "fired_at"),
          reading.time(item, "cleared_at"),
          Reading.text(item, "guardrail") + (item.path("shadow").asBoolean() ? " (shadow)" : ""),
          Reading.text(item, "target"),
          Reading.text(item, "severity"),
          Reading.text(item, "kind"),
          Reading.text(item, "reason"));
    }
  }
}
