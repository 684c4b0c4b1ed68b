package io.vllmmonitor.acceptance.prove;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The example program of the documentation, run as its first line says: compiled by the java
 * launcher against the jars of the bundle, on a simulated server. It remembers, comes back, exports
 * and imports.
 */
final class EmbedProof implements Proof {
  private static final String EXAMPLE = "docs/examples/embed/PersistenceExample.java";
  private static final int WATCHED_SECONDS = 6;
  private static final int MOST_SECONDS = 120;
  private static final Pattern METRICS =
      Pattern.compile("Performance metrics of 24 hours: (\\d+) series, (\\d+) samples");
  private static final Pattern CHECKPOINTS = Pattern.compile("Checkpoints: (\\d+)");
  private static final Pattern EXPORTED = Pattern.compile("Exported (\\d+) samples");
  private static final Pattern IMPORTED =
      Pattern.compile("Imported samples: (\\d+) of (\\d+) are new");

  @Override
  public String run(ProofSetting setting) throws Exception {
    Path folder = setting.scratch().resolve("embed");
    String printed;
    try (SimulatorProcess simulator = SimulatorProcess.start(setting, List.of())) {
      printed = runExample(setting, simulator.url(), folder);
    }
    require(number(METRICS, printed, 2) > 0, "metrics of the past", printed);
    require(number(CHECKPOINTS, printed, 1) > 0, "a checkpoint", printed);
    require(printed.contains("Mitigation attempts: "), "the attempts", printed);
    long exported = number(EXPORTED, printed, 1);
    require(exported > 0, "exported samples", printed);
    require(number(IMPORTED, printed, 2) == exported, "as many imported samples", printed);
    require(printed.contains("Done, everything is in " + folder), "an end", printed);
    require(Files.exists(folder.resolve("other/monitor.db")), "the second store", printed);
    return "embed: the example program remembered, exported and imported " + exported + " samples";
  }

  private static String runExample(ProofSetting setting, String server, Path folder)
      throws IOException, InterruptedException {
    Path output = setting.scratch().resolve("example.log");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-cp",
                "lib/*",
                EXAMPLE,
                server,
                Integer.toString(WATCHED_SECONDS),
                folder.toString())
            .directory(setting.bundle().toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    setting.log().accept("the example program runs");
    boolean ended = process.waitFor(MOST_SECONDS, TimeUnit.SECONDS);
    process.destroyForcibly();
    String printed = Files.readString(output, UTF_8);
    require(ended && process.exitValue() == 0, "exit code 0", printed);
    return printed;
  }

  private static long number(Pattern pattern, String printed, int group) {
    Matcher matcher = pattern.matcher(printed);
    require(matcher.find(), "a line like " + pattern, printed);
    return Long.parseLong(matcher.group(group));
  }

  private static void require(boolean holds, String what, String printed) {
    if (!holds) {
      throw new ProofFailure("The example program must print " + what + ", it printed: " + printed);
    }
  }
}
