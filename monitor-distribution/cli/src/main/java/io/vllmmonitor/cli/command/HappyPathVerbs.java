package io.vllmmonitor.cli.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Keeps ways out of trouble that have worked. */
final class HappyPathVerbs {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private HappyPathVerbs() {}

  /** The group without a verb. */
  @Command(
      name = "happy-path",
      description = "Keep ways out of trouble that have worked.",
      synopsisSubcommandLabel = "VERB")
  static final class Group implements Runnable {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "A verb is missing: save; 'history happy-paths' lists them");
    }
  }

  /** Saves how an incident was ended. */
  @Command(
      name = "save",
      description = "Save how a closed incident was ended, or count it as one more success.")
  static final class Save implements Runnable {
    @Parameters(paramLabel = "INCIDENT", description = "As 'history incidents' shows it.")
    private String incident = "";

    @Option(
        names = "--name",
        required = true,
        paramLabel = "NAME",
        description = "What to call it.")
    private String name = "";

    @Option(names = "--description", paramLabel = "TEXT", description = "For people.")
    private @Nullable String description;

    private final MonitorCommand root;

    Save(MonitorCommand root) {
      this.root = root;
    }

    @Override
    public void run() {
      ObjectNode body = MAPPER.createObjectNode();
      body.put("incident", incident);
      body.put("name", name);
      if (description != null) {
        body.put("description", description);
      }
      DaemonClient.Answer answer = root.daemon().post("/api/v1/happy-paths", body.toString());
      root.print(
          root.json()
              ? answer.text()
              : Table.clean(
                  "Saved '"
                      + Reading.text(answer.json(), "name")
                      + "': "
                      + Reading.list(answer.json(), "strategies")
                      + ", from "
                      + Reading.text(answer.json(), "start_state")
                      + " to "
                      + Reading.text(answer.json(), "end_state")
                      + ", worked "
                      + Reading.text(answer.json(), "success_count")
                      + " times"));
    }
  }
}
