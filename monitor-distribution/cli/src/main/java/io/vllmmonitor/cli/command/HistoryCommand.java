package io.vllmmonitor.cli.command;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What was remembered, by kind. */
@Command(
    name = "history",
    description = "Show what was remembered, newest first.",
    synopsisSubcommandLabel = "KIND")
final class HistoryCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(),
        "A kind is missing: checkpoints, incidents, attempts, guardrails, predictions,"
            + " happy-paths, learning, audit, verdicts or metrics");
  }
}
