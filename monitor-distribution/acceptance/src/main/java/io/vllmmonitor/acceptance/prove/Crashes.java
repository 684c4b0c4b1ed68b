package io.vllmmonitor.acceptance.prove;

import io.vllmmonitor.acceptance.prove.ScrapePusher.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the parts of the crash proof have in common. */
final class Crashes {
  private Crashes() {}

  /** Small batches, so that a life of a second sees many seals. */
  static void configure(Path data, String... settings) throws IOException {
    Files.createDirectories(data);
    Files.writeString(
        data.resolve("monitor.yaml"),
        "storage:\n  batch_size: 20\n  flush_interval_seconds: 1\n  backup_interval: 0s\n  "
            + String.join("\n  ", settings)
            + "\n");
  }

  /** Compares everything sent after a mark with what the daemon has; nothing when nothing was. */
  static Verdict judged(ScrapePusher pusher, DaemonProcess daemon, long mark)
      throws IOException, InterruptedException {
    return mark == pusher.mark() ? new Verdict(0, 0, 0) : pusher.judge(daemon.rest(), mark);
  }

  static void expectSound(Verdict verdict, String when) {
    expect(
        verdict.lost() == 0 && verdict.torn() == 0 && verdict.unexpected() == 0,
        "nothing is lost, torn or invented " + when + ", found " + verdict);
  }

  static void expect(boolean holds, String what) {
    if (!holds) {
      throw new ProofFailure("Expected: " + what);
    }
  }
}
