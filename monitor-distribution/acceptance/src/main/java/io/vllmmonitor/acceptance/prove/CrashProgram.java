package io.vllmmonitor.acceptance.prove;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A small program of the crash proof, in a process of its own on the libraries of the bundle. */
final class CrashProgram {
  private CrashProgram() {}

  /** The command line that runs it. */
  static List<String> of(ProofSetting setting, Class<?> program, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-Xshare:auto"));
    command.add("-cp");
    command.add(
        Path.of(program.getProtectionDomain().getCodeSource().getLocation().getPath())
            + File.pathSeparator
            + setting.bundle().resolve("lib")
            + "/*");
    command.add(program.getName());
    command.addAll(List.of(arguments));
    return command;
  }

  /**
   * Runs a command to its end.
   *
   * @return what it printed, with its standard error or without
   */
  static String output(List<String> command, Duration most, boolean withErrors)
      throws IOException, InterruptedException {
    Path out = Files.createTempFile("crash-program-", ".out");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectOutput(out.toFile())
              .redirectError(
                  withErrors
                      ? ProcessBuilder.Redirect.appendTo(out.toFile())
                      : ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!process.waitFor(most.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new ProofFailure(command + " took more than " + most.toSeconds() + " s");
      }
      return Files.readString(out);
    } finally {
      Files.delete(out);
    }
  }
}
