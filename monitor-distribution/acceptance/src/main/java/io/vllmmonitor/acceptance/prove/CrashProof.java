package io.vllmmonitor.acceptance.prove;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;

/**
 * Nothing that was acknowledged is lost, whatever befalls the daemon and its files: kill -9 at any
 * moment; a second daemon on the same directory; a power cut, with a control that must lose; a full
 * disk; failing reads and writes; a clock that jumps; flipped bits. Its parts run by themselves
 * with {@code --only}.
 */
final class CrashProof implements Proof {
  private static final long SEED = 20_261_125;

  private interface Part {
    String run(ProofSetting setting, Random random) throws Exception;
  }

  @Override
  public String run(ProofSetting setting) throws Exception {
    setting.log().accept("seed " + SEED);
    Map<String, Part> parts = new LinkedHashMap<>();
    parts.put("kills", KilledDaemons::run);
    parts.put("disk", FailingDisks::run);
    parts.put("io", (given, random) -> IoFailures.run(given));
    parts.put("clock", (given, random) -> ClockJumps.run(given));
    parts.put("bits", (given, random) -> FlippedBits.run(given, SEED));
    String only = setting.only();
    if (only != null && !parts.containsKey(only)) {
      throw new ProofFailure(
          "There is no part '"
              + only
              + "' of the crash proof; its parts: "
              + parts.keySet().stream().collect(Collectors.joining(", ")));
    }
    List<String> chosen = only == null ? List.copyOf(parts.keySet()) : List.of(only);
    StringBuilder summary = new StringBuilder();
    for (String name : chosen) {
      long begin = System.nanoTime();
      String told = parts.get(name).run(setting, new Random(SEED));
      setting
          .log()
          .accept(name + ": " + told + ", " + (System.nanoTime() - begin) / 1_000_000_000 + " s");
      summary.append(summary.isEmpty() ? "" : " · ").append(told);
    }
    return summary.toString();
  }
}
