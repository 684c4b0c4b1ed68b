package io.vllmmonitor.acceptance.prove;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs commands of the bundle on a data directory, with or without a daemon there. */
final class Cli {
  private final ProofSetting setting;

  Cli(ProofSetting setting) {
    this.setting = setting;
  }

  /** What a command said. */
  record Result(int exitCode, String output) {}

  /** Runs it to its end. */
  Result run(Path data, String... words) throws IOException, InterruptedException {
    Path output = Files.createTempFile(setting.scratch(), "command-", ".out");
    Process process = start(data, output, words);
    if (!process.waitFor(120, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new ProofFailure("'" + String.join(" ", words) + "' took more than 120 s");
    }
    return new Result(process.exitValue(), Files.readString(output));
  }

  /** Runs it to its end, which must be a good one. */
  String done(Path data, String... words) throws IOException, InterruptedException {
    Result result = run(data, words);
    if (result.exitCode() != 0) {
      throw new ProofFailure(
          "'"
              + String.join(" ", words)
              + "' ended with "
              + result.exitCode()
              + ": "
              + result.output());
    }
    return result.output();
  }

  /** Starts it and ends it as {@code kill -9} does, unless it ended before. */
  boolean killed(Path data, long afterMillis, String... words)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile(setting.scratch(), "killed-", ".out");
    Process process = start(data, output, words);
    boolean ended = process.waitFor(afterMillis, TimeUnit.MILLISECONDS);
    process.destroyForcibly().waitFor();
    return !ended;
  }

  private Process start(Path data, Path output, String... words) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(setting.bundle().resolve("bin/vllm-monitor").toString());
    command.addAll(List.of(words));
    command.add("--data");
    command.add(data.toString());
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(output.toFile())
        .start();
  }
}
