package io.vllmmonitor.acceptance.prove;

import static io.vllmmonitor.acceptance.prove.Crashes.configure;
import static io.vllmmonitor.acceptance.prove.Crashes.expect;
import static io.vllmmonitor.acceptance.prove.Crashes.expectSound;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * Lets the clock of the real daemon jump while it runs, forwards and backwards, over hours and over
 * a day, by faketime. It stays up, takes what comes after a jump ahead, refuses openly what lies
 * too far behind, and keeps all that it acknowledged over kill -9 under whatever clock comes next.
 * Confined to one thread.
 */
final class ClockJumps {
  /** Where the clock stands after each jump, beside the true one. */
  private static final List<Duration> JUMPS =
      List.of(
          Duration.ofHours(2), Duration.ofHours(-1), Duration.ofHours(25), Duration.ofMinutes(-90));

  private static final int LONG_ROUNDS = 5;
  private static final Duration TAKEN_UP = Duration.ofSeconds(10);
  private static final long CACHED_NANOS = 1_500_000_000;

  private final ProofSetting setting;
  private final Path data;
  private final Path time;
  private final Map<String, String> environment;
  private final ScrapePusher pusher = new ScrapePusher();
  private Duration newest = Duration.ZERO;
  private int jumps;
  private int refused;

  private ClockJumps(ProofSetting setting, String preload) {
    this.setting = setting;
    this.data = setting.scratch().resolve("jumping");
    this.time = setting.scratch().resolve("time");
    this.environment =
        Map.of(
            "VLLM_MONITOR_CLASS_ARCHIVE", "off",
            "LD_PRELOAD", preload,
            "FAKETIME_TIMESTAMP_FILE", time.toString(),
            "FAKETIME_CACHE_DURATION", "1",
            "FAKETIME_DISABLE_SHM", "1",
            "FAKETIME_DONT_FAKE_MONOTONIC", "1",
            "DONT_FAKE_MONOTONIC", "1",
            // faketime makes each look at a clock dear, and the compilers look often.
            "VLLM_MONITOR_JAVA_OPTS", "-XX:TieredStopAtLevel=1");
  }

  /** The part of the summary line; says so where there is no faketime. */
  static String run(ProofSetting setting) throws Exception {
    if (setting.extent() == ProofSetting.Extent.BRIEF && setting.only() == null) {
      return "clock jumps 0 (not in the brief form: the daemon starts slowly under faketime)";
    }
    String preload = preload();
    if (preload.isEmpty()) {
      setting.log().accept("no clock jumps here: faketime is not installed");
      return "clock jumps 0 (no faketime here)";
    }
    return new ClockJumps(setting, preload).run();
  }

  /** The library that fakes the clock, as faketime itself names it; empty where there is none. */
  private static String preload() throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder("faketime", "-m", "-f", "+0s", "printenv", "LD_PRELOAD").start();
      String library = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
      return process.waitFor() == 0 ? library : "";
    } catch (IOException e) {
      return "";
    }
  }

  private String run() throws Exception {
    configure(data, "synchronous: full", "reserve_size: 1MiB");
    for (int round = 0; round < setting.size(1, 1, LONG_ROUNDS); round++) {
      stand(newest);
      try (DaemonProcess daemon = DaemonProcess.up(setting, data, List.of(), environment)) {
        pusher.pushFor(daemon.rest(), data, Duration.ofSeconds(1));
        for (Duration jump : JUMPS) {
          jump(daemon, jump.plusDays(2L * round));
        }
        daemon.kill();
      }
      // The clock is behind the newest samples now, as when a machine starts with a wrong one.
      try (DaemonProcess daemon = DaemonProcess.up(setting, data, List.of(), environment)) {
        expectSound(pusher.judge(daemon.rest(), 0), "with a clock behind the newest samples");
        daemon.kill();
      }
    }
    try (DaemonProcess daemon = DaemonProcess.up(setting, data, List.of())) {
      expectSound(pusher.judge(daemon.rest(), 0), "after the clock is right again");
      expect(daemon.stop() == 0, "the daemon ends in order after clock jumps");
    }
    return "clock jumps "
        + jumps
        + " acknowledged "
        + pusher.acknowledged()
        + " refused "
        + refused
        + " lost 0";
  }

  private void jump(DaemonProcess daemon, Duration to) throws Exception {
    stand(to);
    jumps++;
    int before = pusher.acknowledged();
    if (to.compareTo(newest) > 0) {
      Until.holds(
          "a push to be stored after the clock went to " + to,
          TAKEN_UP,
          () -> pusher.push(daemon.rest(), data) == ScrapePusher.STORED);
      pusher.pushFor(daemon.rest(), data, Duration.ofSeconds(1));
      newest = to;
    } else {
      LockSupport.parkNanos(CACHED_NANOS);
      int status = pusher.push(daemon.rest(), data);
      refused++;
      expect(
          status == 200 && pusher.acknowledged() == before,
          "a push hours behind the newest samples is answered with 200 and what was rejected, found "
              + status);
    }
    expect(daemon.rest().status("/healthz") == 200, "the daemon stays up at " + to);
    expect(daemon.rest().status("/api/v1/status") == 200, "it answers at " + to);
    expectSound(pusher.judge(daemon.rest(), 0), "after the clock went to " + to);
    setting.log().accept("the clock went to " + to + ", acknowledged " + pusher.acknowledged());
  }

  /** Lets the clock stand beside the true one; whoever looks sees the old or the new time. */
  private void stand(Duration beside) throws IOException {
    Path next = time.resolveSibling("time.next");
    long seconds = beside.toSeconds();
    Files.writeString(next, (seconds < 0 ? "" : "+") + seconds + "s\n");
    Files.move(next, time, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    pusher.jump(beside.toMillis());
  }
}
