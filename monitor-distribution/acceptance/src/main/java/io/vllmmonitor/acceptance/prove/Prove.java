package io.vllmmonitor.acceptance.prove;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Runs one named proof against the zip: {@code Prove NAME --bundle ZIP [--quick | --brief] [--only
 * PART] [--recordings DIR]}. Steps go to standard error, the summary line to standard output. Exit
 * code 0 when it holds, 1 when it does not, 2 when the call is wrong.
 */
public final class Prove {
  private static final Map<String, Proof> PROOFS =
      new TreeMap<>(
          Map.of(
              "crash", new CrashProof(),
              "embed", new EmbedProof(),
              "exchange", new ExchangeProof(),
              "hostile", new HostileProof(),
              "install", new InstallProof(),
              "journey", new JourneyProof(),
              "plugin", new PluginProof(),
              "replay", new ReplayProof(),
              "start", new StartProof()));

  private Prove() {}

  public static void main(String[] arguments) throws Exception {
    System.exit(run(List.of(arguments), System.out, System.err));
  }

  /** The same without ending the process; for tests. */
  static int run(List<String> arguments, PrintStream out, PrintStream steps) throws Exception {
    Proof proof = arguments.isEmpty() ? null : PROOFS.get(arguments.get(0));
    String zip = option(arguments, "--bundle");
    if (proof == null || zip == null) {
      steps.println(
          "usage: prove NAME --bundle ZIP [--quick | --brief] [--only PART] [--recordings DIR];"
              + " names: "
              + String.join(", ", PROOFS.keySet()));
      return 2;
    }
    String recordings = option(arguments, "--recordings");
    Path scratch = Files.createTempDirectory("vllm-monitor-proof-");
    try {
      Path bundle = UnzippedBundle.unzip(Path.of(zip), scratch.resolve("bundle"));
      ProofSetting setting =
          new ProofSetting(
              bundle,
              Files.createDirectories(scratch.resolve("work")),
              extent(arguments),
              option(arguments, "--only"),
              recordings == null ? null : Path.of(recordings),
              steps::println);
      out.println(proof.run(setting));
      return 0;
    } catch (ProofFailure e) {
      steps.println("FAILED: " + e.getMessage());
      out.println(arguments.get(0) + " FAILED");
      return 1;
    } finally {
      delete(scratch);
    }
  }

  private static ProofSetting.Extent extent(List<String> arguments) {
    if (arguments.contains("--brief")) {
      return ProofSetting.Extent.BRIEF;
    }
    return arguments.contains("--quick") ? ProofSetting.Extent.QUICK : ProofSetting.Extent.LONG;
  }

  private static @Nullable String option(List<String> arguments, String name) {
    int at = arguments.indexOf(name);
    return at >= 0 && at + 1 < arguments.size() ? arguments.get(at + 1) : null;
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
