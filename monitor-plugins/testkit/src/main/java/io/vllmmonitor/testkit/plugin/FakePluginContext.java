package io.vllmmonitor.testkit.plugin;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.history.History;
import io.vllmmonitor.api.plugin.HttpService;
import io.vllmmonitor.api.plugin.PluginContext;
import io.vllmmonitor.api.plugin.PluginState;
import io.vllmmonitor.api.plugin.Secrets;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.api.target.TargetMode;
import io.vllmmonitor.testkit.time.ManualClock;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The services a plugin is given, all in memory: a target, settings, a log that keeps its lines, a
 * {@link ManualClock}, seeded randomness, a {@link FakeTargetHttp}, and a schedule, events and
 * numbers that the test can look into. Each {@code with…} answers a changed copy, whose schedule,
 * events and numbers are new: make all changes before the plugin gets it. Confined to one thread.
 */
public final class FakePluginContext implements PluginContext {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final @Nullable Target target;
  private final Settings config;
  private final FakeLog log;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final @Nullable HttpService http;
  private final @Nullable History history;
  private final Map<String, HttpService> servers;
  private final Map<String, String> secrets;
  private final FakeSchedule schedule;
  private final FakeEvents events;
  private final FakeMeter meter = new FakeMeter();
  private final Deque<Runnable> ends = new ArrayDeque<>();
  private int savesAsked;
  private boolean unloaded;

  private FakePluginContext(
      @Nullable Target target,
      Settings config,
      FakeLog log,
      InstantSource clock,
      RandomGenerator random,
      @Nullable HttpService http,
      @Nullable History history,
      Map<String, HttpService> servers,
      Map<String, String> secrets) {
    this.target = target;
    this.config = requireNonNull(config, "config");
    this.log = log;
    this.clock = requireNonNull(clock, "clock");
    this.random = requireNonNull(random, "random");
    this.http = http;
    this.history = history;
    this.servers = Map.copyOf(servers);
    this.secrets = Map.copyOf(secrets);
    this.schedule = new FakeSchedule(clock);
    this.events = new FakeEvents(clock);
  }

  /** For kinds that exist once per target; the target is {@code http://127.0.0.1:8000}. */
  public static FakePluginContext forTarget() {
    return forTarget(
        Target.of(URI.create("http://127.0.0.1:8000"), TargetMode.ACT, Duration.ofSeconds(1)));
  }

  /** For kinds that exist once per target. */
  public static FakePluginContext forTarget(Target target) {
    return forDaemon().with(requireNonNull(target, "target"), new FakeTargetHttp());
  }

  /** For kinds that exist once per daemon: no target and no HTTP to one. */
  public static FakePluginContext forDaemon() {
    return new FakePluginContext(
        null,
        Settings.empty(),
        new FakeLog("plugin"),
        new ManualClock(START),
        new Random(42),
        null,
        null,
        Map.of(),
        Map.of());
  }

  /** With this target and this way to it. */
  public FakePluginContext with(Target newTarget, HttpService newHttp) {
    return new FakePluginContext(
        newTarget, config, log, clock, random, newHttp, history, servers, secrets);
  }

  /** With this way to the target. */
  public FakePluginContext with(HttpService newHttp) {
    return new FakePluginContext(
        target, config, log, clock, random, newHttp, history, servers, secrets);
  }

  /** With this configuration. */
  public FakePluginContext withConfig(Map<String, String> values) {
    Settings settings = Settings.of(values);
    return new FakePluginContext(
        target, settings, log, clock, random, http, history, servers, secrets);
  }

  /** With this time. */
  public FakePluginContext withClock(InstantSource newClock) {
    return new FakePluginContext(
        target, config, log, newClock, random, http, history, servers, secrets);
  }

  /** With this past. */
  public FakePluginContext withHistory(History newHistory) {
    return new FakePluginContext(
        target, config, log, clock, random, http, newHistory, servers, secrets);
  }

  /** With one more server that the operator allowed. */
  public FakePluginContext withServer(URI base, HttpService server) {
    Map<String, HttpService> more = new HashMap<>(servers);
    more.put(base.toString(), requireNonNull(server, "server"));
    return new FakePluginContext(target, config, log, clock, random, http, history, more, secrets);
  }

  /** With one more secret, under the key whose value would refer to it. */
  public FakePluginContext withSecret(String key, String secret) {
    Map<String, String> more = new HashMap<>(secrets);
    more.put(key, requireNonNull(secret, "secret"));
    return new FakePluginContext(target, config, log, clock, random, http, history, servers, more);
  }

  @Override
  public Optional<Target> target() {
    return Optional.ofNullable(target);
  }

  @Override
  public Settings config() {
    return config;
  }

  /** The log, with what was written so far. */
  @Override
  public FakeLog log() {
    return log;
  }

  @Override
  public InstantSource clock() {
    return clock;
  }

  @Override
  public RandomGenerator random() {
    return random;
  }

  @Override
  public History history() {
    check();
    if (history == null) {
      throw new IllegalStateException("This test gave no history; use withHistory");
    }
    return history;
  }

  @Override
  public HttpService http() {
    check();
    if (http == null) {
      throw new IllegalStateException("There is no target in this context");
    }
    return http;
  }

  @Override
  public HttpService http(URI base) {
    check();
    HttpService server = servers.get(base.toString());
    if (server == null) {
      throw new MonitorException(
          ErrorCode.PLUGIN_CAPABILITY_DENIED,
          Blame.OPERATOR,
          "This test did not allow " + base + "; use withServer");
    }
    return server;
  }

  /** The schedule; see {@link #advance}. */
  @Override
  public FakeSchedule schedule() {
    return schedule;
  }

  /** The events told so far. */
  @Override
  public FakeEvents events() {
    return events;
  }

  /** The numbers shown so far. */
  @Override
  public FakeMeter meter() {
    return meter;
  }

  @Override
  public Secrets secrets() {
    return key -> {
      check();
      String secret = secrets.get(key);
      if (secret == null) {
        throw new MonitorException(
            ErrorCode.CONFIG_INVALID_VALUE,
            Blame.OPERATOR,
            "This test gave no secret '" + key + "'; use withSecret");
      }
      return secret;
    };
  }

  @Override
  public PluginState state() {
    return () -> {
      check();
      savesAsked++;
    };
  }

  @Override
  public void onClose(Runnable task) {
    check();
    ends.push(requireNonNull(task, "task"));
  }

  /** How often the plugin asked for its state to be saved soon. */
  public int savesAsked() {
    return savesAsked;
  }

  /**
   * Moves the clock on, from one due task to the next, and runs each at its time.
   *
   * @throws IllegalStateException when the test gave a clock of its own that is no ManualClock
   */
  public void advance(Duration step) {
    if (!(clock instanceof ManualClock manual)) {
      throw new IllegalStateException("Only a ManualClock can be moved");
    }
    Instant end = manual.instant().plus(step);
    Optional<Instant> next = schedule.nextAt();
    while (next.isPresent() && !next.get().isAfter(end)) {
      manual.set(next.get());
      schedule.runDue();
      next = schedule.nextAt();
    }
    manual.set(end);
  }

  /**
   * Ends the services as an unload does: no more tasks, then what was registered with onClose, the
   * last first; from then on they throw. Close the extensions before.
   */
  public void unload() {
    schedule.end();
    while (!ends.isEmpty()) {
      ends.pop().run();
    }
    meter.end();
    events.end();
    unloaded = true;
  }

  private void check() {
    if (unloaded) {
      throw new IllegalStateException("The plugin was unloaded; its services do nothing any more");
    }
  }
}
