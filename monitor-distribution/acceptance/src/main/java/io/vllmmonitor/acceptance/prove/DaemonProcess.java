package io.vllmmonitor.acceptance.prove;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** One run of {@code bin/vllm-monitor up}, and the other commands on the same data directory. */
final class DaemonProcess implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private final Path bundle;
  private final Path data;
  private final Process process;
  private final Path output;

  private DaemonProcess(Path bundle, Path data, Process process, Path output) {
    this.bundle = bundle;
    this.data = data;
    this.process = process;
    this.output = output;
  }

  /**
   * Starts a daemon on a free port and waits until it is ready. It makes no archive of classes,
   * which would take seconds at every stop.
   */
  static DaemonProcess up(ProofSetting setting, Path data, List<String> arguments)
      throws IOException {
    return up(setting, data, arguments, Map.of("VLLM_MONITOR_CLASS_ARCHIVE", "off"));
  }

  /** The same with variables of the environment. */
  static DaemonProcess up(
      ProofSetting setting, Path data, List<String> arguments, Map<String, String> environment)
      throws IOException {
    Path output = Files.createTempFile(setting.scratch(), "daemon-", ".log");
    List<String> command =
        new ArrayList<>(
            List.of(
                setting.bundle().resolve("bin/vllm-monitor").toString(),
                "up",
                "--data",
                data.toString(),
                "--listen",
                "127.0.0.1:0"));
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    DaemonProcess daemon = new DaemonProcess(setting.bundle(), data, process, output);
    try {
      Until.holds(
          "the daemon to be ready",
          Duration.ofSeconds(150),
          () -> {
            if (!process.isAlive()) {
              throw new IOException("it ended with " + process.exitValue());
            }
            return daemon.pidInFile() == process.pid() && daemon.rest().status("/readyz") == 200;
          });
    } catch (ProofFailure e) {
      process.destroyForcibly();
      throw new ProofFailure(e.getMessage() + "\n" + Files.readString(output));
    }
    return daemon;
  }

  long pid() {
    return process.pid();
  }

  /** Whether its process is there. */
  boolean isAlive() {
    return process.isAlive();
  }

  Rest rest() throws IOException {
    return new Rest("http://" + daemonFile().path("address").asText());
  }

  /** What it wrote to its standard output and error. */
  String output() throws IOException {
    return Files.readString(output);
  }

  /** Ends it as {@code kill -9} does, and waits until it is gone. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      throw new ProofFailure("The daemon outlived kill -9");
    }
  }

  /** Ends it by {@code vllm-monitor stop}; answers its exit code. */
  int stop() throws IOException, InterruptedException {
    Result result = command("stop");
    if (result.exitCode() != 0) {
      throw new ProofFailure("stop answered " + result.exitCode() + ": " + result.output());
    }
    if (!process.waitFor(15, TimeUnit.SECONDS)) {
      throw new ProofFailure("The daemon was still there 15 s after stop had ended");
    }
    return process.exitValue();
  }

  /** Runs another command of the program on the same data directory. */
  Result command(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(bundle.resolve("bin/vllm-monitor").toString());
    command.addAll(List.of(words));
    command.add("--data");
    command.add(data.toString());
    Path file = Files.createTempFile("command-", ".out");
    try {
      Process run =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(file.toFile())
              .start();
      if (!run.waitFor(60, TimeUnit.SECONDS)) {
        run.destroyForcibly();
        throw new ProofFailure("'" + String.join(" ", words) + "' took more than 60 s");
      }
      return new Result(run.exitValue(), Files.readString(file));
    } finally {
      Files.delete(file);
    }
  }

  /** What a command said. */
  record Result(int exitCode, String output) {}

  @Override
  public void close() {
    if (process.isAlive()) {
      process.destroyForcibly().onExit().join();
    }
  }

  private JsonNode daemonFile() throws IOException {
    return JSON.readTree(Files.readString(data.resolve("daemon.json")));
  }

  private long pidInFile() throws IOException {
    return Files.exists(data.resolve("daemon.json")) ? daemonFile().path("pid").asLong() : -1;
  }
}
