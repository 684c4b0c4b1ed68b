package io.vllmmonitor.cli.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vllmmonitor.daemon.boot.Daemon;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ServiceLoader;

/** The entry of the program. */
public final class Main {
  private Main() {}

  /** Runs one command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    Surroundings surroundings =
        new Surroundings(
            System.getenv(),
            Path.of(System.getProperty("user.home")),
            new PrintWriter(System.out, true, UTF_8),
            new PrintWriter(System.err, true, UTF_8),
            ZoneId.systemDefault(),
            Duration.ofSeconds(45),
            Duration.ofSeconds(10),
            () -> ServiceLoader.load(Daemon.class).findFirst());
    System.exit(MonitorCommand.run(surroundings, arguments));
  }
}
