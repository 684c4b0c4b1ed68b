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

/** What runs inside the daemon, and how to stop and start it. */
final class PluginVerbs {
  private static final String PATH = "/api/v1/plugins";

  private PluginVerbs() {}

  /** The group without a verb. */
  @Command(
      name = "plugin",
      description = "List, disable, enable, approve and sign plugins and dropped sources.",
      synopsisSubcommandLabel = "VERB")
  static final class Group implements Runnable {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
      throw new CommandLine.ParameterException(
          spec.commandLine(),
          "A verb is missing: list, disable, enable, approve, rehearse, keygen, sign, new or check");
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
          new Table("ID", "KIND", "VERSION", "GEN", "STATUS", "CODE", "SINCE", "BRINGS", "REASON");
      for (JsonNode item : answer.json().path("items")) {
        table.row(
            Reading.text(item, "id"),
            Reading.text(item, "kind"),
            Reading.text(item, "version"),
            Reading.text(item, "generation"),
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

  private static void change(MonitorCommand root, String id, String verb) {
    String name = URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20");
    DaemonClient.Answer answer = root.daemon().post(PATH + "/" + name + "/" + verb);
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
