package io.vllmmonitor.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The guardrails that run: where they stand, how they did, and what they may lead to. */
final class GuardrailVerbs {
  private GuardrailVerbs() {}

  /** The group without a verb. */
  @Command(
      name = "guardrail",
      description = "List guardrails with their track record, and promote them.",
      synopsisSubcommandLabel = "VERB")
  static final class Group implements Runnable {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "A verb is missing: list or promote");
    }
  }

  /** All guardrails, one line per target. */
  @Command(
      name = "list",
      description = "List guardrails, where they stand and how they did against real incidents.")
  static final class Listing implements Runnable {
    private final MonitorCommand root;

    Listing(MonitorCommand root) {
      this.root = root;
    }

    @Override
    public void run() {
      DaemonClient.Answer answer = root.daemon().get("/api/v1/guardrails", Map.of());
      if (root.json()) {
        root.print(answer.text());
        return;
      }
      Table table =
          new Table(
              "GUARDRAIL",
              "UNIT",
              "TARGET",
              "STAGE",
              "VERDICT",
              "FIRINGS",
              "PRECISION",
              "RECALL",
              "LEAD",
              "REASON");
      for (JsonNode item : answer.json().path("items")) {
        JsonNode did = item.path("track_record");
        for (JsonNode target : item.path("targets")) {
          table.row(
              Reading.text(item, "id"),
              Reading.text(item, "unit"),
              Reading.text(target, "target"),
              Reading.text(target, "stage").toLowerCase(Locale.ROOT),
              Reading.text(target, "verdict"),
              Reading.text(did, "firings"),
              TrialVerbs.percent(did.path("precision")),
              TrialVerbs.percent(did.path("recall")),
              Reading.text(did, "median_lead"),
              Reading.text(target, "reason"));
        }
      }
      table.lines().forEach(root::print);
    }
  }

  /** Raises or lowers what a guardrail may lead to. */
  @Command(
      name = "promote",
      description =
          "Put the unit of a guardrail onto a stage: shadow has no effect, advise opens incidents"
              + " and advises, act does what the target's mode allows.")
  static final class Promote implements Runnable {
    @Parameters(
        paramLabel = "ID",
        description = "Of the guardrail, as 'guardrail list' shows it, or of its unit.")
    private String id = "";

    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(names = "--to", paramLabel = "STAGE", description = "shadow, advise or act; else act.")
    private @Nullable String stage;

    private final MonitorCommand root;

    Promote(MonitorCommand root) {
      this.root = root;
    }

    @Override
    public void run() {
      DaemonClient daemon = root.daemon();
      String wanted = stage == null ? "act" : stage.toLowerCase(Locale.ROOT);
      if (!wanted.matches("shadow|advise|act")) {
        throw new CommandLine.ParameterException(
            spec.commandLine(), "--to is '" + wanted + "', expected shadow, advise or act");
      }
      String unit = unitOf(daemon);
      DaemonClient.Answer answer =
          daemon.post(
              "/api/v1/plugins/" + TrialVerbs.encode(unit) + "/promote",
              "{\"to\":\"" + wanted + "\"}");
      root.print(
          root.json()
              ? answer.text()
              : Table.clean(
                  Reading.text(answer.json(), "id")
                      + " is on the stage "
                      + Reading.text(answer.json(), "stage").toLowerCase(Locale.ROOT)
                      + " now"));
    }

    private String unitOf(DaemonClient daemon) {
      for (JsonNode item : daemon.get("/api/v1/guardrails", Map.of()).json().path("items")) {
        if (item.path("id").asText().equals(id)) {
          return item.path("unit").asText();
        }
      }
      return id;
    }
  }
}
