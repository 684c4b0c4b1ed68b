package io.vllmmonitor.acceptance.prove;

import io.vllmmonitor.acceptance.prove.ScrapePusher.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/**
 * Nothing that was acknowledged is lost, whatever ends the daemon: kill -9 at any moment, in the
 * midst of sealing and merging; a power cut, with a control that must lose; a full disk, where the
 * daemon stays up and goes on when there is room; failing reads and writes; a second daemon on the
 * same directory.
 */
final class CrashProof implements Proof {
  private static final int QUICK_CYCLES = 50;
  private static final int LONG_CYCLES = 1_000;
  private static final int QUICK_CUTS = 2;
  private static final int LONG_CUTS = 20;
  private static final long SEED = 20_261_125;
  private static final Duration RESUME = Duration.ofSeconds(5);

  @Override
  public String run(ProofSetting setting) throws Exception {
    setting.log().accept("seed " + SEED);
    Random random = new Random(SEED);
    List<String> summary = new ArrayList<>();
    summary.add(kills(setting, random));
    Optional<String> noDisk = LoopDisk.unavailable(setting.scratch());
    if (noDisk.isEmpty()) {
      summary.add(cuts(setting, random));
      summary.add(fullDisk(setting));
    } else {
      setting.log().accept("no power cuts and no full disk here: " + noDisk.get());
      summary.add("power cuts 0 (no loop disk here)");
    }
    summary.add(IoFailures.run(setting));
    return String.join(" · ", summary);
  }

  private static Path directory(ProofSetting setting, String name, String... settings)
      throws IOException {
    Path data = setting.scratch().resolve(name);
    configure(data, settings);
    return data;
  }

  /** Small batches, so that a cycle of a second sees many seals. */
  private static void configure(Path data, String... settings) throws IOException {
    Files.createDirectories(data);
    Files.writeString(
        data.resolve("monitor.yaml"),
        "storage:\n  batch_size: 20\n  flush_interval_seconds: 1\n  backup_interval: 0s\n  "
            + String.join("\n  ", settings)
            + "\n");
  }

  private String kills(ProofSetting setting, Random random) throws Exception {
    int cycles = setting.quick() ? QUICK_CYCLES : LONG_CYCLES;
    Path data = directory(setting, "killed", "synchronous: full", "reserve_size: 1MiB");
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
        + verdict.lost();
  }

  private static Verdict judged(ScrapePusher pusher, DaemonProcess daemon, long mark)
      throws IOException, InterruptedException {
    return mark == pusher.mark() ? new Verdict(0, 0, 0) : pusher.judge(daemon.rest(), mark);
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

  private String cuts(ProofSetting setting, Random random) throws Exception {
    int cuts = setting.quick() ? QUICK_CUTS : LONG_CUTS;
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

  private String fullDisk(ProofSetting setting) throws Exception {
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

  private static void expectSound(Verdict verdict, String when) {
    expect(
        verdict.lost() == 0 && verdict.torn() == 0 && verdict.unexpected() == 0,
        "nothing is lost, torn or invented " + when + ", found " + verdict);
  }

  private static void expect(boolean holds, String what) {
    if (!holds) {
      throw new ProofFailure("Expected: " + what);
    }
  }
}
