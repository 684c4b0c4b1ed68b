package io.vllmmonitor.benchmarks.measure;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a run was asked for.
 *
 * @param bundle the top folder of the unzipped distribution
 * @param scratch where servers keep their data; emptied at the end
 * @param quick an hour of scrapes instead of six, and fewer repetitions
 * @param recordings with a folder {@value #RECORDING}; null leaves real pages out
 * @param markdown the document whose table is replaced; null writes none
 * @param reportOnly whether a missed "must" is told but is no failure
 * @param commit for the head of the table
 */
record Setting(
    Path bundle,
    Path scratch,
    boolean quick,
    @Nullable Path recordings,
    @Nullable Path markdown,
    boolean reportOnly,
    String commit) {
  static final String RECORDING = "recording-4-ordinary-half-hour";
  static final String USAGE =
      "--bundle FOLDER --scratch FOLDER [--quick] [--recordings DIR] [--markdown FILE]"
          + " [--report-only] [--commit ID]";

  /**
   * @throws IllegalArgumentException saying what is wrong
   */
  static Setting of(List<String> arguments) {
    String bundle = option(arguments, "--bundle");
    String scratch = option(arguments, "--scratch");
    if (bundle == null || scratch == null) {
      throw new IllegalArgumentException("--bundle and --scratch are needed: " + USAGE);
    }
    String commit = option(arguments, "--commit");
    return new Setting(
        Path.of(bundle).toAbsolutePath(),
        Path.of(scratch).toAbsolutePath(),
        arguments.contains("--quick"),
        path(arguments, "--recordings"),
        path(arguments, "--markdown"),
        arguments.contains("--report-only"),
        commit == null ? "unknown" : commit);
  }

  private static @Nullable Path path(List<String> arguments, String name) {
    String value = option(arguments, name);
    return value == null ? null : Path.of(value);
  }

  private static @Nullable String option(List<String> arguments, String name) {
    int at = arguments.indexOf(name);
    return at >= 0 && at + 1 < arguments.size() ? arguments.get(at + 1) : null;
  }

  /** How many scrapes are fed; the first third of a quick run warms up. */
  int scrapes() {
    return quick ? 3_600 : 21_600;
  }

  int rounds() {
    return quick ? 3 : 5;
  }

  int killTrials() {
    return quick ? 3 : 20;
  }
}
