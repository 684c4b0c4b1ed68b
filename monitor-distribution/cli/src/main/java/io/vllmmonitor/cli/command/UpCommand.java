package io.vllmmonitor.cli.command;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.daemon.boot.Daemon;
import io.vllmmonitor.daemon.boot.UpOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs the daemon in the foreground. */
@Command(
    name = "up",
    description = "Run the daemon in the foreground; SIGINT, SIGTERM and 'stop' end it in order.")
final class UpCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "TARGET",
      arity = "0..*",
      description =
          "[http[s]://]host[:8000][/prefix]. Without any, the configured ones; without those, vLLM"
              + " servers on this machine are looked for.")
  private List<String> targets = new ArrayList<>();

  @Option(names = "--demo", description = "Watch a simulated vLLM server with faults.")
  private boolean demo;

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      description = "Where the HTTP API listens, loopback only; default 127.0.0.1:9464.")
  private @Nullable String listen;

  private final MonitorCommand root;

  UpCommand(MonitorCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() {
    Daemon daemon =
        root.surroundings()
            .daemon()
            .get()
            .orElseThrow(
                () ->
                    new MonitorException(
                        ErrorCode.ENVIRONMENT_UNSUPPORTED,
                        Blame.ENVIRONMENT,
                        "This installation holds no daemon; unpack the distribution again"));
    return daemon.run(new UpOptions(targets, demo, root.data(), listen, root.config()));
  }
}
