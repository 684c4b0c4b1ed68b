package io.vllmmonitor.acceptance.prove;

import io.vllmmonitor.acceptance.crash.BitFlips;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Flips single bits in the files of a store: each is noticed, as a failure or a problem, or changes
 * nothing that is read; never is a wrong value given.
 */
final class FlippedBits {
  private static final int BRIEF = 100;
  private static final int QUICK = 1_000;
  private static final int LONG = 20_000;

  private FlippedBits() {}

  /** The part of the summary line. */
  static String run(ProofSetting setting, long seed) throws Exception {
    int flips = setting.size(BRIEF, QUICK, LONG);
    Path folder = Files.createDirectories(setting.scratch().resolve("flipped"));
    String output =
        CrashProgram.output(
                CrashProgram.of(
                    setting,
                    BitFlips.class,
                    folder.toString(),
                    Integer.toString(flips),
                    Long.toString(seed)),
                Duration.ofMinutes(2).plus(Duration.ofMillis(500L * flips)),
                false)
            .strip();
    String last = output.lines().reduce("", (before, line) -> line);
    if (!last.startsWith("bit flips " + flips + " ") || !last.endsWith(" wrong 0")) {
      throw new ProofFailure("Of " + flips + " bit flips, expected wrong 0, found: " + output);
    }
    return last;
  }
}
