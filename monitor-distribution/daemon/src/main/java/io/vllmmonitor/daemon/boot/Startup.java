package io.vllmmonitor.daemon.boot;

import static java.util.Objects.requireNonNull;

import com.google.inject.Inject;
import io.vllmmonitor.api.history.History;
import io.vllmmonitor.api.history.Problem;
import io.vllmmonitor.api.history.Recorder;
import io.vllmmonitor.api.history.RestoreReport;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.core.config.ListenAddress;
import io.vllmmonitor.core.config.MonitorConfig;
import io.vllmmonitor.core.engine.DiscoveryLoop;
import io.vllmmonitor.core.engine.Engine;
import io.vllmmonitor.core.plugin.PluginPlatform;
import io.vllmmonitor.core.sampling.ThreadTimer;
import io.vllmmonitor.core.telemetry.Problems;
import io.vllmmonitor.daemon.web.WebServer;
import io.vllmmonitor.persistence.engine.DataDirectory;
import io.vllmmonitor.persistence.engine.StoreEngine;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Brings a daemon up in order: code, learners, targets, the report of what came back, the HTTP API,
 * and only then the first scrape. Confined to the thread that starts the daemon.
 */
final class Startup {
  private static final Duration LOOK_EVERY = Duration.ofSeconds(5);
  private static final Duration SAVE_EVERY = Duration.ofSeconds(30);

  private final MonitorConfig config;
  private final DataDirectory directory;
  private final StoreEngine stores;
  private final History history;
  private final Recorder recorder;
  private final Problems problems;
  private final PluginPlatform platform;
  private final Engine engine;
  private final DiscoveryLoop discovery;
  private final WebServer web;
  private final Readiness readiness;
  private final ThreadTimer timer;
  private final InstantSource clock;

  @Inject
  Startup(
      MonitorConfig config,
      DataDirectory directory,
      StoreEngine stores,
      History history,
      Recorder recorder,
      Problems problems,
      PluginPlatform platform,
      Engine engine,
      DiscoveryLoop discovery,
      WebServer web,
      Readiness readiness,
      ThreadTimer timer,
      InstantSource clock) {
    this.config = requireNonNull(config, "config");
    this.directory = requireNonNull(directory, "directory");
    this.stores = requireNonNull(stores, "stores");
    this.history = requireNonNull(history, "history");
    this.recorder = requireNonNull(recorder, "recorder");
    this.problems = requireNonNull(problems, "problems");
    this.platform = requireNonNull(platform, "platform");
    this.engine = requireNonNull(engine, "engine");
    this.discovery = requireNonNull(discovery, "discovery");
    this.web = requireNonNull(web, "web");
    this.readiness = requireNonNull(readiness, "readiness");
    this.timer = requireNonNull(timer, "timer");
    this.clock = requireNonNull(clock, "clock");
  }

  /** What was started. */
  record Started(String url, RestoreReport report) {}

  Started start() {
    Instant now = clock.instant();
    for (Problem problem : stores.report().problems()) {
      problems.note(problem.code(), problem.blame(), problem.subject(), problem.message());
    }
    @Nullable Instant previousStop = LastStop.take(history, recorder, now);
    List<RestoreReport.Item> items = new ArrayList<>(platform.boot());
    engine.restoreLearners();
    for (Target target : config.targets()) {
      items.addAll(engine.restore(target));
    }
    RestoreReport report = new RestoreReport(now, previousStop, items);
    recorder.write(entries -> entries.restoreReport(report));
    ListenAddress listen = config.listen();
    InetSocketAddress bound = web.start(new InetSocketAddress(listen.host(), listen.port()));
    ListenAddress address = new ListenAddress(listen.host(), bound.getPort());
    directory.announce(address.toString());
    platform.watch();
    config.targets().forEach(engine::startSampling);
    if (config.targets().isEmpty()) {
      look();
    }
    saveLater();
    readiness.ready();
    return new Started("http://" + address, report);
  }

  /** Notes an orderly end; everything else is closed by whoever made it. */
  void noteStop() {
    LastStop.put(recorder, clock.instant());
  }

  private void look() {
    List<Target> found = discovery.look();
    for (Target target : found) {
      engine.restore(target);
      engine.startSampling(target);
    }
    if (found.isEmpty()) {
      var unused = timer.after(LOOK_EVERY, this::look);
    }
  }

  private void saveLater() {
    var unused =
        timer.after(
            SAVE_EVERY,
            () -> {
              engine.saveLearners();
              saveLater();
            });
  }
}
