package io.vllmmonitor.acceptance.prove;

import io.vllmmonitor.acceptance.crash.StoreWorkload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Lets the n-th write or flush of a small program on the store fail, for n = 1, 2, 3 … until none
 * fails any more, by strace. After each run the store is opened without failures and must hold
 * everything that the program reported as stored.
 */
final class IoFailures {
  private static final List<String> CALLS = List.of("fdatasync", "fsync", "pwrite64");
  private static final int BRIEF_STEP = 150;
  private static final int QUICK_STEP = 12;
  private static final int MOST = 10_000;
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private IoFailures() {}

  /** The part of the summary line. */
  static String run(ProofSetting setting) throws Exception {
    if (!works("strace", "-f", "-o", "/dev/null", "-e", "trace=fsync", "true")) {
      setting.log().accept("no failing calls here: strace does not work");
      return "failing calls 0 (no strace here)";
    }
    int failures = 0;
    for (String call : CALLS) {
      int step = setting.size(BRIEF_STEP, QUICK_STEP, 1);
      int n = 1;
      while (n < MOST && fails(setting, call, n)) {
        failures++;
        n += step;
      }
      setting.log().accept(call + ": let up to number " + n + " fail");
    }
    return "failing calls " + failures + " lost 0";
  }

  private static boolean works(String... command) throws InterruptedException {
    try {
      return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  /** Whether there was an n-th call to let fail. */
  private static boolean fails(ProofSetting setting, String call, int n) throws Exception {
    Path data = Files.createTempDirectory(setting.scratch(), "failing-");
    Path trace = data.resolveSibling(data.getFileName() + ".trace");
    List<String> command =
        new ArrayList<>(
            List.of(
                "strace",
                "-f",
                "-qq",
                "-o",
                trace.toString(),
                "-e",
                "trace=" + call,
                "-e",
                "inject=" + call + ":error=EIO:when=" + n));
    command.addAll(CrashProgram.of(setting, StoreWorkload.class, "write", data.toString()));
    String stored = CrashProgram.output(command, LIMIT, false);
    String check =
        CrashProgram.output(
            CrashProgram.of(setting, StoreWorkload.class, "check", data.toString(), stored.strip()),
            LIMIT,
            true);
    if (!check.contains("lost 0")) {
      throw new ProofFailure(
          "With " + call + " number " + n + " failing, expected lost 0, found: " + check);
    }
    return Files.readString(trace).contains("(INJECTED)");
  }
}
