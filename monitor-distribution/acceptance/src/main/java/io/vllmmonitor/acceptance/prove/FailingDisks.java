package io.vllmmonitor.acceptance.prove;

import static io.vllmmonitor.acceptance.prove.Crashes.configure;
import static io.vllmmonitor.acceptance.prove.Crashes.expect;
import static io.vllmmonitor.acceptance.prove.Crashes.expectSound;
import static io.vllmmonitor.acceptance.prove.Crashes.judged;

import io.vllmmonitor.acceptance.prove.ScrapePusher.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * Cuts the power of a disk under the daemon, with a control that must lose, and fills a disk up.
 * Confined to one thread.
 */
final class FailingDisks {
  private static final int BRIEF_CUTS = 1;
  private static final int QUICK_CUTS = 2;
  private static final int LONG_CUTS = 20;
  private static final Duration RESUME = Duration.ofSeconds(5);

  private FailingDisks() {}

  /** The part of the summary line; says so where no disk can be made. */
  static String run(ProofSetting setting, Random random) throws Exception {
    Optional<String> unavailable = LoopDisk.unavailable(setting.scratch());
    if (unavailable.isPresent()) {
      setting.log().accept("no power cuts and no full disk here: " + unavailable.get());
      return "power cuts 0 (no loop disk here)";
    }
    String cuts = cuts(setting, random);
    return setting.extent() == ProofSetting.Extent.BRIEF ? cuts : cuts + " · " + fullDisk(setting);
  }

  private static String cuts(ProofSetting setting, Random random) throws Exception {
    int cuts = setting.size(BRIEF_CUTS, QUICK_CUTS, LONG_CUTS);
    ScrapePusher full = new ScrapePusher();
    ScrapePusher normal = new ScrapePusher();
    Verdict kept = cuts(setting, random, full, "full", cuts);
    expectSound(kept, "after power cuts with synchronous full");
    Verdict control = cuts(setting, random, normal, "normal", 1);
    expect(
        control.lost() > 0,
        "the control with synchronous normal loses something, or the power cut is none");
    return "power cuts "
        + cuts
        + " acknowledged "
        + full.acknowledged()
        + " lost "
        + kept.lost()
        + " · control NORMAL acknowledged "
        + normal.acknowledged()
        + " lost "
        + control.lost();
  }

  private static Verdict cuts(
      ProofSetting setting, Random random, ScrapePusher pusher, String synchronous, int cuts)
      throws Exception {
    Verdict verdict = new Verdict(0, 0, 0);
    try (LoopDisk disk = LoopDisk.make(setting.scratch(), "disk-" + synchronous, 128)) {
      Path data = disk.path().resolve("data");
      configure(data, "synchronous: " + synchronous, "reserve_size: 1MiB");
      disk.synchronise(); // the configuration is the operator's matter, and lies there for long
      long mark = 0;
      for (int cut = 1; cut <= cuts + 1; cut++) {
        try (DaemonProcess daemon = DaemonProcess.up(setting, data, List.of())) {
          verdict = verdict.plus(judged(pusher, daemon, mark));
          mark = pusher.mark();
          if (cut <= cuts) {
            pusher.pushFor(daemon.rest(), data, Duration.ofMillis(500 + random.nextInt(1_500)));
            disk.cut();
            daemon.kill();
          }
        }
        if (cut <= cuts) {
          disk.remount();
        }
      }
    }
    return verdict;
  }

  private static String fullDisk(ProofSetting setting) throws Exception {
    ScrapePusher pusher = new ScrapePusher();
    try (LoopDisk disk = LoopDisk.make(setting.scratch(), "disk-small", 64)) {
      Path data = disk.path().resolve("data");
      configure(data, "synchronous: full", "reserve_size: 4MiB");
      Path ballast = disk.path().resolve("ballast");
      long resumed;
      try (DaemonProcess daemon = DaemonProcess.up(setting, data, List.of())) {
        pusher.pushFor(daemon.rest(), data, Duration.ofMillis(500));
        fill(ballast);
        Integer refused = pusher.pushUntilRefused(daemon.rest(), data, Duration.ofSeconds(60));
        expect(refused != null && refused / 100 == 5, "a full disk refuses, found " + refused);
        expect(daemon.rest().status("/healthz") == 200, "the daemon stays up on a full disk");
        expect(daemon.rest().status("/api/v1/status") == 200, "it answers on a full disk");
        Files.delete(ballast);
        long begin = System.nanoTime();
        Until.holds(
            "a push to be stored again", RESUME, () -> pusher.push(daemon.rest(), data) / 100 == 2);
        resumed = (System.nanoTime() - begin) / 1_000_000;
        expectSound(pusher.judge(daemon.rest(), 0), "after a full disk");
        expect(daemon.stop() == 0, "the daemon ends in order");
      }
      try (DaemonProcess daemon = DaemonProcess.up(setting, data, List.of())) {
        expectSound(pusher.judge(daemon.rest(), 0), "after a full disk and a restart");
      }
      return "full disk: stayed up, resumed after " + resumed + " ms, lost 0";
    }
  }

  /** Takes all the room there is. */
  private static void fill(Path ballast) throws IOException {
    try (var out = Files.newOutputStream(ballast)) {
      for (int piece = 1 << 20; piece > 0; piece /= 2) {
        byte[] zeros = new byte[piece];
        boolean room = true;
        while (room) {
          try {
            out.write(zeros);
          } catch (IOException e) {
            room = false;
          }
        }
      }
    }
  }
}
