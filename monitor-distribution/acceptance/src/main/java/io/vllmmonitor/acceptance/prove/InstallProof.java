package io.vllmmonitor.acceptance.prove;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/**
 * {@code kill -9} at a random moment of an install, of a swap and of a save, over and over. After
 * each restart a unit is the old generation or the new one, whole; its state is the last one that
 * was saved, or a newer one; and everything that ran before runs.
 */
final class InstallProof implements Proof {
  private static final long SEED = 20_261_129;
  private static final int BRIEF_ROUNDS = 1;
  private static final int QUICK_ROUNDS = 3;
  private static final int LONG_ROUNDS = 10;

  @Override
  public String run(ProofSetting setting) throws Exception {
    int rounds = setting.size(BRIEF_ROUNDS, QUICK_ROUNDS, LONG_ROUNDS);
    setting.log().accept("seed " + SEED);
    try (SimulatorProcess simulator = SimulatorProcess.start(setting, List.of())) {
      Path config =
          Files.writeString(
              setting.scratch().resolve("install.yaml"),
              """
              targets:
                - url: %s
                  mode: observe
                  scrape_interval: 1s
              """
                  .formatted(simulator.url()));
      try (InstallRounds run = new InstallRounds(setting, config, rounds, new Random(SEED))) {
        run.begin();
        for (int round = 1; round <= rounds; round++) {
          run.install(round);
          run.swap(round);
          run.save(round);
          setting.log().accept("round " + round + ": " + run.told());
        }
        String summary = run.summary();
        if (!run.failures().isEmpty()) {
          throw new ProofFailure(summary + "\n  " + String.join("\n  ", run.failures()));
        }
        return summary;
      }
    }
  }
}
