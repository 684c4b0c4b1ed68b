package io.vllmmonitor.cli.command;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.core.config.ConfigFlags;
import io.vllmmonitor.core.config.ConfigLoader;
import io.vllmmonitor.core.config.MonitorConfig;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The program with the options that every verb has. */
@Command(
    name = "vllm-monitor",
    description = "Watches vLLM servers, judges them, acts or advises, and never forgets.",
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Exit codes: 0 ok, 1 unhealthy or failed, 2 usage or configuration, 3 no daemon,",
      "4 directory owned by another, 5 store damaged, foreign or newer."
    })
final class MonitorCommand implements Runnable {
  @Option(
      names = "--data",
      paramLabel = "DIR",
      scope = ScopeType.INHERIT,
      description =
          "The data directory; else VLLM_MONITOR_DATA, else storage.storage_dir of the"
              + " configuration, else ~/.vllm_monitor. The daemon is found through it.")
  private @Nullable Path data;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description =
          "The configuration; else VLLM_MONITOR_CONFIG, else monitor.yaml in the data directory.")
  private @Nullable Path config;

  @Option(
      names = "--json",
      scope = ScopeType.INHERIT,
      description = "Print the answer of the REST API as it is.")
  private boolean json;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Show this help.")
  @SuppressWarnings("UnusedVariable") // picocli acts on it
  private boolean help;

  @Spec private CommandSpec spec = CommandSpec.create();

  private final Surroundings surroundings;

  private MonitorCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /** Runs one command line and says how it ended. */
  static int run(Surroundings surroundings, String... arguments) {
    return commandLine(new MonitorCommand(surroundings), surroundings).execute(arguments);
  }

  private static CommandLine commandLine(MonitorCommand root, Surroundings surroundings) {
    CommandLine history =
        new CommandLine(new HistoryCommand())
            .addSubcommand(new HistoryVerbs.Checkpoints(root))
            .addSubcommand(new HistoryVerbs.Incidents(root))
            .addSubcommand(new HistoryVerbs.Attempts(root))
            .addSubcommand(new HistoryVerbs.Guardrails(root))
            .addSubcommand(new RecordVerbs.Predictions(root))
            .addSubcommand(new RecordVerbs.HappyPaths(root))
            .addSubcommand(new RecordVerbs.Learning(root))
            .addSubcommand(new RecordVerbs.Audit(root))
            .addSubcommand(new RecordVerbs.Verdicts(root))
            .addSubcommand(new MetricsVerb(root));
    CommandLine happyPath =
        new CommandLine(new HappyPathVerbs.Group()).addSubcommand(new HappyPathVerbs.Save(root));
    CommandLine plugin =
        new CommandLine(new PluginVerbs.Group())
            .addSubcommand(new PluginVerbs.Listing(root))
            .addSubcommand(new PluginVerbs.Disable(root))
            .addSubcommand(new PluginVerbs.Enable(root))
            .addSubcommand(new PluginVerbs.Rollback(root))
            .addSubcommand(new PluginWhy(root))
            .addSubcommand(new TrustVerbs.Approve(root))
            .addSubcommand(new TrustVerbs.Keygen(root))
            .addSubcommand(new TrustVerbs.Sign(root))
            .addSubcommand(new NewPluginVerb(root))
            .addSubcommand(new CheckVerb(root))
            .addSubcommand(new TrialVerbs.Rehearse(root));
    CommandLine guardrail =
        new CommandLine(new GuardrailVerbs.Group())
            .addSubcommand(new GuardrailVerbs.Listing(root))
            .addSubcommand(new GuardrailVerbs.Promote(root));
    return new CommandLine(root)
        .addSubcommand(new UpCommand(root))
        .addSubcommand(new StopCommand(root))
        .addSubcommand(new StatusCommand(root))
        .addSubcommand(history)
        .addSubcommand(plugin)
        .addSubcommand(guardrail)
        .addSubcommand(new TrialVerbs.Replay(root))
        .addSubcommand(happyPath)
        .addSubcommand(new ExchangeVerbs.Export(root))
        .addSubcommand(new ExchangeVerbs.Import(root))
        .addSubcommand(new StoreVerbs.Forget(root))
        .addSubcommand(new StoreVerbs.Backup(root))
        .addSubcommand(new StoreVerbs.Restore(root))
        .addSubcommand(new ConvertVerb(root))
        .addSubcommand(new VerifyVerb(root))
        .addSubcommand(new VersionCommand(root))
        .setOut(surroundings.out())
        .setErr(surroundings.err())
        .setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF))
        .setParameterExceptionHandler((wrong, arguments) -> misused(wrong, surroundings))
        .setExecutionExceptionHandler(
            (failure, line, parsed) -> failed(failure, surroundings).number());
  }

  /** What is wrong stays in sight: the options of the verb are a --help away. */
  private static int misused(CommandLine.ParameterException wrong, Surroundings surroundings) {
    CommandLine line = wrong.getCommandLine();
    PrintWriter err = surroundings.err();
    String name = line.getCommandSpec().qualifiedName();
    String message = Table.clean(String.valueOf(wrong.getMessage()));
    err.println(message);
    boolean suggested = CommandLine.UnmatchedArgumentException.printSuggestions(wrong, err);
    if (!suggested && !message.contains("--help")) {
      err.println("'" + name + " --help' lists what there is");
    }
    return line.getCommandSpec().exitCodeOnInvalidInput();
  }

  private static ExitCode failed(Exception failure, Surroundings surroundings) {
    if (failure instanceof MonitorException coded) {
      surroundings.err().println(Table.clean(coded.describe()));
      return ExitCode.of(coded.code());
    }
    surroundings
        .err()
        .println(
            ErrorCode.INTERNAL.label()
                + " INTERNAL: the command failed, please report this: "
                + Table.clean(failure.toString()));
    return ExitCode.UNHEALTHY;
  }

  /** Without a verb: that is a wrong usage. */
  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "A command is missing; vllm-monitor --help lists them");
  }

  /** What the command line says; null when it says nothing. */
  @Nullable Path data() {
    return data;
  }

  /** What the command line says; null when it says nothing. */
  @Nullable Path config() {
    return config;
  }

  /** The data directory that the command line, the environment or the configuration means. */
  Path directory() {
    return loader().dataDirectory(data, config);
  }

  /** The whole configuration, for verbs that open the store themselves. */
  MonitorConfig configuration() {
    return loader().load(new ConfigFlags(List.of(), data, null, config));
  }

  private ConfigLoader loader() {
    return new ConfigLoader(surroundings.environment(), surroundings.home());
  }

  boolean json() {
    return json;
  }

  Surroundings surroundings() {
    return surroundings;
  }

  /** A way to the daemon of the data directory; throws NO_DAEMON when there is none. */
  DaemonClient daemon() {
    return DaemonClient.find(surroundings, directory());
  }

  void print(String line) {
    surroundings.out().println(line);
  }
}
