package io.vllmmonitor.acceptance.prove;

import static io.vllmmonitor.acceptance.hostile.CountingPlugins.SWAPPED;

import com.fasterxml.jackson.databind.JsonNode;
import io.vllmmonitor.acceptance.hostile.CountingPlugins;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One data directory on which daemons are killed while they install, swap and save. While a daemon
 * comes back its drop folders are empty, so that what runs comes from the store alone; only then
 * are the files put back. Confined to one thread.
 */
final class InstallRounds implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** A dropped file is taken in about half a second later; a kill strikes around that. */
  private static final int EARLIEST_KILL_MILLIS = 300;

  private static final int KILL_SPREAD_MILLIS = 450;
  private static final int SAVE_SPREAD_MILLIS = 120;

  private final ProofSetting setting;
  private final Path config;
  private final Path data;
  private final HiddenFiles files;
  private final Random random;
  private final Map<String, byte[]> jars;
  private final ScrapePusher poster = new ScrapePusher();
  private final List<String> failures = new ArrayList<>();

  /** What ran for sure, by unit, with the hash of its file. */
  private final Map<String, String> installed = new LinkedHashMap<>();

  private @Nullable DaemonProcess running;
  private long saved = -1;
  private int installs;
  private int swaps;
  private int saves;
  private int lost;
  private int torn;
  private int struck;
  private int suspected;

  InstallRounds(ProofSetting setting, Path config, int rounds, Random random) throws IOException {
    this.setting = setting;
    this.config = config;
    this.random = random;
    this.data = setting.scratch().resolve("install");
    this.files = new HiddenFiles(data, setting.scratch().resolve("aside"));
    List<String> others = new ArrayList<>();
    for (int round = 1; round <= rounds; round += 2) {
      others.add("install-" + round);
    }
    this.jars =
        CountingPlugins.build(
            ExamplePlugin.api(setting.bundle()),
            Files.createDirectories(setting.scratch().resolve("counting")),
            rounds + 1,
            others);
  }

  /** Starts the first daemon, with the first version of what is swapped later. */
  void begin() throws Exception {
    up();
    files.drop("plugins", SWAPPED + ".jar", jar(SWAPPED + "-1"));
    awaitInstalled(SWAPPED, Hash.of(jar(SWAPPED + "-1")));
  }

  /** Drops something new, a jar or a source by turns, and kills. */
  void install(int round) throws Exception {
    boolean isJar = round % 2 == 1;
    String unit = "install-" + round;
    byte[] bytes =
        isJar
            ? jar(unit)
            : CountingPlugins.source(unit, "Install" + round).getBytes(StandardCharsets.UTF_8);
    String hash = Hash.of(bytes);
    files.drop(isJar ? "plugins" : "guardrails", isJar ? unit + ".jar" : unit + ".java", bytes);
    killAround(EARLIEST_KILL_MILLIS, KILL_SPREAD_MILLIS);
    restart();
    installs++;
    UnitsView view = UnitsView.of(rest());
    if (view.plugin(unit).isPresent()) {
      struck++;
      judgeWhole(unit, List.of(hash));
    }
    files.putBack();
    awaitInstalled(unit, hash);
  }

  /** Replaces the jar by its next version, and kills. */
  void swap(int round) throws Exception {
    String before = Hash.of(jar(SWAPPED + "-" + round));
    byte[] next = jar(SWAPPED + "-" + (round + 1));
    String after = Hash.of(next);
    files.drop("plugins", SWAPPED + ".jar", next);
    killAround(EARLIEST_KILL_MILLIS, KILL_SPREAD_MILLIS);
    restart();
    swaps++;
    CountingUnit back = judgeWhole(SWAPPED, List.of(before, after));
    if (back != null) {
      struck += back.hash().equals(after) ? 1 : 0;
      int expected = back.hash().equals(after) ? round + 1 : round;
      if (back.version() != expected) {
        torn("swap " + round + ": the hash of version " + expected + " runs " + back);
      }
      judgeState("swap " + round, back);
    }
    files.putBack();
    awaitInstalled(SWAPPED, after);
  }

  /** Lets it save by disabling it, and kills. */
  void save(int round) throws Exception {
    CountingUnit seen = awaitCalled(SWAPPED);
    AtomicBoolean answered = new AtomicBoolean();
    Rest rest = rest();
    CompletableFuture<Void> disabling =
        CompletableFuture.runAsync(
            () -> {
              try {
                int status = poster.post(rest, data, "/api/v1/plugins/" + SWAPPED + "/disable", "");
                answered.set(status == 200);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    killAround(0, SAVE_SPREAD_MILLIS);
    disabling.join();
    if (answered.get()) {
      struck++;
      saved = Math.max(saved, seen.calls());
    }
    restart();
    files.putBack();
    saves++;
    if (!UnitsView.of(rest()).isLive(SWAPPED)) {
      int status = poster.post(rest(), data, "/api/v1/plugins/" + SWAPPED + "/enable", "");
      if (status != 200) {
        lost("save " + round + ": it cannot be enabled again, found " + status);
      }
    }
    CountingUnit back = judgeWhole(SWAPPED, List.of(installed.getOrDefault(SWAPPED, "")));
    if (back != null) {
      judgeState("save " + round, back);
    }
  }

  /** What does not hold; empty when everything does. */
  List<String> failures() {
    return List.copyOf(failures);
  }

  String summary() {
    return "installs "
        + installs
        + " swaps "
        + swaps
        + " saves "
        + saves
        + " lost "
        + lost
        + " torn "
        + torn;
  }

  /** How it goes, for the log. */
  String told() {
    return summary()
        + "; kills after the deed was done "
        + struck
        + ", saved count "
        + saved
        + ", suspected and approved "
        + suspected;
  }

  @Override
  public void close() {
    if (running != null) {
      running.close();
    }
  }

  /** The state that came back is the last one known to be saved, or a newer one. */
  private void judgeState(String when, CountingUnit back) {
    if (back.torn()) {
      torn(when + ": its state does not fit together: " + back);
    }
    if (back.restored() < saved) {
      lost(when + ": the state with " + saved + " calls was saved, found " + back);
    }
    // It was read from the store: from now on it must not go back beyond it.
    saved = Math.max(saved, back.restored());
  }

  /** The unit runs with one of these hashes; null when it does not. */
  private @Nullable CountingUnit judgeWhole(String unit, List<String> hashes) throws Exception {
    CountingUnit back;
    try {
      back = awaitCalled(unit);
    } catch (ProofFailure e) {
      torn(unit + " does not run after the restart: " + about(unit));
      return null;
    }
    if (!hashes.contains(back.hash())) {
      torn(unit + " runs " + back + ", expected one of " + hashes);
    }
    return back;
  }

  private CountingUnit awaitCalled(String unit) throws IOException {
    List<CountingUnit> found = new ArrayList<>();
    Rest rest = rest();
    Until.holds(
        unit + " to be called",
        PATIENCE,
        () -> {
          UnitsView view = UnitsView.of(rest);
          Optional<CountingUnit> now = CountingUnit.of(view, unit);
          now.ifPresent(found::add);
          if (now.isEmpty()) {
            liftSuspicion(view, unit);
          }
          return now.isPresent();
        });
    return found.get(0);
  }

  private void awaitInstalled(String unit, String hash) throws Exception {
    Rest rest = rest();
    try {
      Until.holds(
          unit + " to run with the bytes of its file",
          PATIENCE,
          () -> {
            UnitsView view = UnitsView.of(rest);
            boolean there =
                CountingUnit.of(view, unit).map(now -> now.hash().equals(hash)).orElse(false);
            if (!there) {
              liftSuspicion(view, unit);
            }
            return there;
          });
      installed.put(unit, hash);
    } catch (ProofFailure e) {
      torn(e.getMessage() + "; " + about(unit));
    }
  }

  /**
   * Content during whose start or first call the daemon died is in quarantine: that it was killed
   * is not to be told from a crash. With that reason, and with no other, the operator approves it.
   */
  private void liftSuspicion(UnitsView view, String unit) throws Exception {
    for (JsonNode problem : view.problems()) {
      String message = problem.path("message").asText();
      boolean about = problem.path("subject").asText().startsWith(unit) || message.contains(unit);
      if (about
          && problem.path("name").asText().equals("PLUGIN_QUARANTINED")
          && message.contains("the daemon died during")) {
        int status = poster.post(rest(), data, "/api/v1/plugins/" + unit + "/approve", "");
        suspected += status == 200 ? 1 : 0;
        return;
      }
    }
  }

  /** Everything that ran for sure runs again, before any file is there. */
  private void judgeInstalled() throws Exception {
    Rest rest = rest();
    for (String unit : installed.keySet()) {
      UnitsView view = UnitsView.of(rest);
      boolean disabled =
          view.plugin(unit)
              .map(item -> item.path("code_status").asText().equals("DISABLED"))
              .orElse(false);
      if (!view.isLive(unit) && !disabled) {
        lost(unit + " ran before the kill and does not run after it: " + about(unit));
      }
    }
  }

  private String about(String unit) throws IOException, InterruptedException {
    UnitsView view = UnitsView.of(rest());
    List<String> told = new ArrayList<>();
    view.plugin(unit).map(JsonNode::toString).ifPresent(told::add);
    view.problems().forEach(problem -> told.add(problem.toString()));
    return told.toString();
  }

  private void lost(String what) {
    lost++;
    failures.add(what);
  }

  private void torn(@Nullable String what) {
    torn++;
    failures.add(String.valueOf(what));
  }

  private byte[] jar(String name) {
    byte[] jar = jars.get(name);
    if (jar == null) {
      throw new ProofFailure("No jar was built for " + name);
    }
    return jar;
  }

  private void killAround(int earliestMillis, int spreadMillis) throws InterruptedException {
    LockSupport.parkNanos(1_000_000L * (earliestMillis + random.nextInt(spreadMillis)));
    if (running != null) {
      running.kill();
    }
  }

  private void restart() throws Exception {
    files.hide();
    up();
    judgeInstalled();
  }

  private void up() throws IOException {
    running = DaemonProcess.up(setting, data, List.of("--config", config.toString()));
  }

  private Rest rest() throws IOException {
    if (running == null) {
      throw new ProofFailure("No daemon runs");
    }
    return running.rest();
  }
}
