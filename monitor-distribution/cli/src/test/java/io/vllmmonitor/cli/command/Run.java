package io.vllmmonitor.cli.command;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;

import io.vllmmonitor.daemon.boot.Daemon;
import io.vllmmonitor.daemon.boot.UpOptions;
import io.vllmmonitor.daemon.web.FakeDaemon;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Runs commands on a data directory and keeps what they printed. */
final class Run {
  final Path data;
  final List<UpOptions> ups = new ArrayList<>();
  Optional<Daemon> daemon =
      Optional.of(
          options -> {
            ups.add(options);
            return 0;
          });

  /** How long a daemon that is starting is waited for. */
  Duration startup = Duration.ofSeconds(10);

  /** Whether the environment names the directory. */
  boolean named = true;

  String out = "";
  String err = "";

  Run(Path data) {
    this.data = data;
  }

  /** Lets the directory point at this server, as if this process were the daemon. */
  Run on(FakeDaemon server) throws IOException {
    return on(server, ProcessHandle.current().pid());
  }

  Run on(FakeDaemon server, long pid) throws IOException {
    Files.writeString(data.resolve("token"), FakeDaemon.TOKEN + "\n");
    announce("127.0.0.1:" + server.address().getPort(), pid);
    return this;
  }

  /** Writes what a daemon writes of itself. */
  void announce(String address, long pid) throws IOException {
    Path beside =
        Files.writeString(
            data.resolve("daemon.json.new"),
            "{\"address\":\"%s\",\"pid\":%d,\"start\":\"%s\"}"
                .formatted(address, pid, FakeDaemon.NOW));
    Files.move(beside, data.resolve("daemon.json"), ATOMIC_MOVE, REPLACE_EXISTING);
  }

  int command(String... arguments) {
    StringWriter outText = new StringWriter();
    StringWriter errText = new StringWriter();
    Surroundings surroundings =
        new Surroundings(
            named ? Map.of("VLLM_MONITOR_DATA", data.toString()) : Map.of(),
            Path.of("/nonexistent"),
            new PrintWriter(outText, true),
            new PrintWriter(errText, true),
            ZoneId.of("Europe/Berlin"),
            Duration.ofSeconds(10),
            startup,
            () -> daemon);
    int code = MonitorCommand.run(surroundings, arguments);
    out = outText.toString();
    err = errText.toString();
    return code;
  }
}
