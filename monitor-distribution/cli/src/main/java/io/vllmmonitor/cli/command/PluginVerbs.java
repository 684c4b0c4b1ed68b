package io.vllmmonitor.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What runs inside the daemon, and how to stop, start and roll it back. */
final class PluginVerbs {
  static final String PATH = "/api/v1/plugins";

  private PluginVerbs() {}

  /** The group without a verb. */
  @Command(
      name = "plugin",
      description = "List, explain, enable, disable, roll back, approve, write and check plugins.",
      synopsisSubcommandLabel = "VERB")
  static final class Group implements Runnable {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
      throw new CommandLine.ParameterException(
          spec.commandLine(),
          "A verb is missing: list, why, disable, enable, rollback, approve, rehearse, new, check,"
              + " sign or keygen");
    }
  }

  /** All units of code. */
  @Command(name = "list", description = "List plugin jars and dropped sources.")
  static final class Listing implements Runnable {
    private final MonitorCommand root;

    Listing(MonitorCommand root) {
      this.root = root;
    }

    @Override
    public void run() {
      DaemonClient.Answer answer = root.daemon().get(PATH, Map.of());
      if (root.json()) {
        root.print(answer.text());
        return;
      }
      Reading reading = new Reading(root.surroundings().zone());
      Table table =
          new Table(
              "ID", "KIND", "VERSION", "GEN", "PHASE", "STATUS", "CODE", "SINCE", "BRINGS",
              "REASON");
      for (JsonNode item : answer.json().path("items")) {
        table.row(
            Reading.text(item, "id"),
            Reading.text(item, "kind"),
            Reading.text(item, "version"),
            Reading.text(item, "generation"),
            Reading.text(item, "phase"),
            Reading.text(item, "status"),
            Reading.text(item, "code_status"),
            reading.time(item, "at"),
            brings(item),
            Reading.text(item, "reason"));
      }
      table.lines().forEach(root::print);
    }

    private static String brings(JsonNode item) {
      StringBuilder text = new StringBuilder();
      for (JsonNode extension : item.path("extensions")) {
        text.append(text.isEmpty() ? "" : ", ").append(extension.asText());
      }
      return text.isEmpty() ? Reading.NOTHING : text.toString();
    }
  }

  /** Stops a unit for good. */
  @Command(
      name = "disable",
      description = "Stop a plugin or dropped source for good; it stays stopped over restarts.")
  static final class Disable implements Runnable {
    @Parameters(paramLabel = "ID", description = "As 'plugin list' shows it.")
    private String id = "";

    private final MonitorCommand root;

    Disable(MonitorCommand root) {
      this.root = root;
    }

    @Override
    public void run() {
      change(root, id, "disable");
    }
  }

  /** Starts a disabled unit again. */
  @Command(name = "enable", description = "Start a disabled plugin or dropped source again.")
  static final class Enable implements Runnable {
    @Parameters(paramLabel = "ID", description = "As 'plugin list' shows it.")
    private String id = "";

    private final MonitorCommand root;

    Enable(MonitorCommand root) {
      this.root = root;
    }

    @Override
    public void run() {
      change(root, id, "enable");
    }
  }

  /** Returns to the generation before. */
  @Command(
      name = "rollback",
      description = "Return to the generation before, with the state that it had.")
  static final class Rollback implements Runnable {
    @Parameters(paramLabel = "ID", description = "As 'plugin list' shows it.")
    private String id = "";

    private final MonitorCommand root;

    Rollback(MonitorCommand root) {
      this.root = root;
    }

    @Override
    public void run() {
      change(root, id, "rollback");
    }
  }

  /** The path of one unit. */
  static String path(String id) {
    return PATH + "/" + URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private static void change(MonitorCommand root, String id, String verb) {
    DaemonClient.Answer answer = root.daemon().post(path(id) + "/" + verb);
    root.print(
        root.json()
            ? answer.text()
            : Table.clean(
                Reading.text(answer.json(), "id")
                    + " is now "
                    + Reading.text(answer.json(), "code_status")
                    + " ("
                    + Reading.text(answer.json(), "status")
                    + ")"));
  }
}
