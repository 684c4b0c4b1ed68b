package io.vllmmonitor.acceptance.prove;

import static io.vllmmonitor.acceptance.prove.Crashes.configure;
import static io.vllmmonitor.acceptance.prove.Crashes.expect;
import static io.vllmmonitor.acceptance.prove.Crashes.expectSound;
import static io.vllmmonitor.acceptance.prove.Crashes.judged;

import io.vllmmonitor.acceptance.prove.ScrapePusher.Verdict;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/**
 * Ends daemons with kill -9 at any moment, half of the time in the midst of sealing and merging,
 * and lets a second one come to the same directory. Confined to one thread.
 */
final class KilledDaemons {
  private static final int BRIEF_CYCLES = 8;
  private static final int QUICK_CYCLES = 50;
  private static final int LONG_CYCLES = 1_000;

  private KilledDaemons() {}

  /** The part of the summary line. */
  static String run(ProofSetting setting, Random random) throws Exception {
    int cycles = setting.size(BRIEF_CYCLES, QUICK_CYCLES, LONG_CYCLES);
    Path data = setting.scratch().resolve("killed");
    configure(data, "synchronous: full", "reserve_size: 1MiB");
    ScrapePusher pusher = new ScrapePusher();
    Verdict verdict = new Verdict(0, 0, 0);
    long mark = 0;
    for (int cycle = 1; cycle <= cycles; cycle++) {
      try (DaemonProcess daemon = DaemonProcess.up(setting, data, List.of())) {
        verdict = verdict.plus(judged(pusher, daemon, mark));
        mark = pusher.mark();
        if (cycle == 1) {
          secondDaemon(setting, daemon, data);
        }
        life(pusher, daemon, data, random);
        daemon.kill();
      }
      if (cycle % 10 == 0) {
        setting.log().accept("cycle " + cycle + ", acknowledged " + pusher.acknowledged());
      }
    }
    try (DaemonProcess daemon = DaemonProcess.up(setting, data, List.of())) {
      verdict = verdict.plus(judged(pusher, daemon, mark));
      expect(
          pusher.post(daemon.rest(), data, "/api/v1/admin/flush", "") == 200,
          "the flush of what is left answers 200");
      verdict = verdict.plus(pusher.judge(daemon.rest(), 0));
    }
    expectSound(verdict, "after kill -9");
    return "cycles "
        + cycles
        + " acknowledged "
        + pusher.acknowledged()
        + " lost "
        + verdict.lost()
        + " · second daemons 1 refused 1";
  }

  /**
   * Some tenths of a second of pushing, half of the time with a flush at the moment of the kill.
   */
  private static void life(ScrapePusher pusher, DaemonProcess daemon, Path data, Random random)
      throws Exception {
    Rest rest = daemon.rest();
    pusher.pushFor(rest, data, Duration.ofMillis(50 + random.nextInt(700)));
    if (random.nextBoolean()) {
      CompletableFuture<Integer> flush =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return pusher.post(rest, data, "/api/v1/admin/flush", "");
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              });
      pusher.pushFor(rest, data, Duration.ofMillis(random.nextInt(60)));
      flush.cancel(false);
    }
  }

  private static void secondDaemon(ProofSetting setting, DaemonProcess daemon, Path data)
      throws Exception {
    long begin = System.nanoTime();
    DaemonProcess.Result second = daemon.command("up", "--listen", "127.0.0.1:0");
    long millis = (System.nanoTime() - begin) / 1_000_000;
    setting.log().accept("a second daemon ended after " + millis + " ms: " + second.output());
    expect(second.exitCode() == 4, "a second daemon ends with 4, found " + second.exitCode());
    expect(
        second.output().contains(String.valueOf(daemon.pid())),
        "it names process " + daemon.pid() + ", found: " + second.output());
    expect(daemon.rest().status("/healthz") == 200, "the first daemon is untouched on " + data);
  }
}
