package io.vllmmonitor.testkit.plugin;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.history.History;
import io.vllmmonitor.api.plugin.PluginContext;
import io.vllmmonitor.api.plugin.TargetHttp;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.api.target.TargetMode;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The services a plugin is given, all in memory: a target, settings, a log that keeps its lines, a
 * clock that stands still, seeded randomness and a {@link FakeTargetHttp}. Each {@code with…}
 * answers a changed copy.
 */
public final class FakePluginContext implements PluginContext {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final @Nullable Target target;
  private final Settings config;
  private final FakeLog log;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final @Nullable TargetHttp http;
  private final @Nullable History history;

  private FakePluginContext(
      @Nullable Target target,
      Settings config,
      FakeLog log,
      InstantSource clock,
      RandomGenerator random,
      @Nullable TargetHttp http,
      @Nullable History history) {
    this.target = target;
    this.config = requireNonNull(config, "config");
    this.log = log;
    this.clock = requireNonNull(clock, "clock");
    this.random = requireNonNull(random, "random");
    this.http = http;
    this.history = history;
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

  /** For kinds that exist once per daemon: no target and no HTTP. */
  public static FakePluginContext forDaemon() {
    return new FakePluginContext(
        null,
        Settings.empty(),
        new FakeLog("plugin"),
        InstantSource.fixed(START),
        new Random(42),
        null,
        null);
  }

  /** With this target and this way to it. */
  public FakePluginContext with(Target newTarget, TargetHttp newHttp) {
    return new FakePluginContext(newTarget, config, log, clock, random, newHttp, history);
  }

  /** With this way to the target. */
  public FakePluginContext with(TargetHttp newHttp) {
    return new FakePluginContext(target, config, log, clock, random, newHttp, history);
  }

  /** With this configuration. */
  public FakePluginContext withConfig(Map<String, String> values) {
    Settings settings = Settings.of(values);
    return new FakePluginContext(target, settings, log, clock, random, http, history);
  }

  /** With this time. */
  public FakePluginContext withClock(InstantSource newClock) {
    return new FakePluginContext(target, config, log, newClock, random, http, history);
  }

  /** With this past. */
  public FakePluginContext withHistory(History newHistory) {
    return new FakePluginContext(target, config, log, clock, random, http, newHistory);
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
    if (history == null) {
      throw new IllegalStateException("This test gave no history; use withHistory");
    }
    return history;
  }

  @Override
  public TargetHttp http() {
    if (http == null) {
      throw new IllegalStateException("There is no target in this context");
    }
    return http;
  }
}
