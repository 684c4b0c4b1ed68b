package io.vllmmonitor.acceptance.prove;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

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
              + String.join(", ", parts.keySet()));
    }
    List<String> summary = new ArrayList<>();
    for (Map.Entry<String, Part> part : parts.entrySet()) {
      if (only == null || only.equals(part.getKey())) {
        long begin = System.nanoTime();
        String told = part.getValue().run(setting, new Random(SEED));
        long seconds = (System.nanoTime() - begin) / 1_000_000_000;
        setting.log().accept(part.getKey() + ", " + seconds + " s: " + told);
        summary.add(told);
      }
    }
    return String.join(" · ", summary);
  }
}
