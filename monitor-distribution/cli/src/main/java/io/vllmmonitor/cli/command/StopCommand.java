package io.vllmmonitor.cli.command;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;

/** Ends the daemon and waits until its process is gone. */
@Command(name = "stop", description = "Stop the daemon in order and wait until it is gone.")
final class StopCommand implements Runnable {
  private final MonitorCommand root;

  StopCommand(MonitorCommand root) {
    this.root = root;
  }

  @Override
  public void run() {
    DaemonClient daemon = root.daemon();
    // Looked up first: a process that ends at once leaves nothing to wait for.
    Optional<ProcessHandle> process = ProcessHandle.of(daemon.pid());
    DaemonClient.Answer answer = daemon.post("/api/v1/stop");
    process.ifPresent(this::awaitEnd);
    root.print(
        root.json() ? answer.text() : "Stopped the daemon, process " + daemon.pid() + " is gone");
  }

  private void awaitEnd(ProcessHandle process) {
    Duration patience = root.surroundings().patience();
    try {
      process.onExit().get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      throw stillThere(process, patience, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw stillThere(process, patience, e);
    }
  }

  private static MonitorException stillThere(
      ProcessHandle process, Duration patience, Exception cause) {
    return new MonitorException(
        ErrorCode.SHUTTING_DOWN,
        Blame.ENVIRONMENT,
        "The daemon took the command, but process "
            + process.pid()
            + " is still there after "
            + patience.toSeconds()
            + " s; look at its log, then end it with kill",
        cause);
  }
}
