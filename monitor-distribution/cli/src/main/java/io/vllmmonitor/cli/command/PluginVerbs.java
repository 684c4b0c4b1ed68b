package io.vllmmonitor.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
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
      description =
          "List, explain, enable, disable, roll back, approve, rehearse, write, check and sign"
              + " plugins.",
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

    /** Several of a kind are counted, so that a line stays readable; 'plugin why' names all. */
    private static String brings(JsonNode item) {
      Map<String, List<String>> kinds = new TreeMap<>();
      for (JsonNode extension : item.path("extensions")) {
        String name = extension.asText();
        kinds.computeIfAbsent(name.split(":", 2)[0], kind -> new ArrayList<>()).add(name);
      }
      return kinds.isEmpty()
          ? Reading.NOTHING
          : kinds.entrySet().stream()
              .map(
                  kind ->
                      kind.getValue().size() == 1
                          ? kind.getValue().get(0)
                          : kind.getKey() + " (" + kind.getValue().size() + ")")
              .collect(Collectors.joining(", "));
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
                    + "), version "
                    + Reading.text(answer.json(), "version")
                    + ", generation "
                    + Reading.text(answer.json(), "generation")));
  }
}
