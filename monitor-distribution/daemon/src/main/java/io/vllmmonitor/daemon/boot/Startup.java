package io.vllmmonitor.daemon.boot;

import static java.util.Objects.requireNonNull;

import com.google.inject.Inject;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.history.History;
import io.vllmmonitor.api.history.Problem;
import io.vllmmonitor.api.history.Recorder;
import io.vllmmonitor.api.history.RestoreReport;
import io.vllmmonitor.api.learning.ModelCard;
import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.core.audit.AuditLog;
import io.vllmmonitor.core.config.ListenAddress;
import io.vllmmonitor.core.config.MonitorConfig;
import io.vllmmonitor.core.engine.DiscoveryLoop;
import io.vllmmonitor.core.engine.Engine;
import io.vllmmonitor.core.outcome.HappyPaths;
import io.vllmmonitor.core.plugin.PluginPlatform;
import io.vllmmonitor.core.rehearsal.AutoPromotion;
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
  private static final Duration LISTEN_EVERY = Duration.ofSeconds(1);
  private static final Duration PROMOTE_EVERY = Duration.ofMinutes(1);
  private static final Duration SAVE_EVERY = Duration.ofSeconds(30);

  private final MonitorConfig config;
  private final DataDirectory directory;
  private final StoreEngine stores;
  private final OpenedStore opened;
  private final History history;
  private final Recorder recorder;
  private final Problems problems;
  private final PluginPlatform platform;
  private final Engine engine;
  private final DiscoveryLoop discovery;
  private final KnownTargets known;
  private final WebServer web;
  private final Readiness readiness;
  private final Background background;
  private final StoreCare care;
  private final StoreTwins twins;
  private final StartAudit startAudit;
  private final StopFile stopFile;
  private final AuditLog audit;
  private final HappyPaths happyPaths;
  private final AutoPromotion promotion;
  private final InstantSource clock;

  @Inject
  Startup(
      MonitorConfig config,
      DataDirectory directory,
      StoreEngine stores,
      OpenedStore opened,
      History history,
      Recorder recorder,
      Problems problems,
      PluginPlatform platform,
      Engine engine,
      DiscoveryLoop discovery,
      KnownTargets known,
      WebServer web,
      Readiness readiness,
      Background background,
      StoreCare care,
      StoreTwins twins,
      StartAudit startAudit,
      StopFile stopFile,
      AuditLog audit,
      HappyPaths happyPaths,
      AutoPromotion promotion,
      InstantSource clock) {
    this.config = requireNonNull(config, "config");
    this.directory = requireNonNull(directory, "directory");
    this.stores = requireNonNull(stores, "stores");
    this.opened = requireNonNull(opened, "opened");
    this.history = requireNonNull(history, "history");
    this.recorder = requireNonNull(recorder, "recorder");
    this.problems = requireNonNull(problems, "problems");
    this.platform = requireNonNull(platform, "platform");
    this.engine = requireNonNull(engine, "engine");
    this.discovery = requireNonNull(discovery, "discovery");
    this.known = requireNonNull(known, "known");
    this.web = requireNonNull(web, "web");
    this.readiness = requireNonNull(readiness, "readiness");
    this.background = requireNonNull(background, "background");
    this.care = requireNonNull(care, "care");
    this.twins = requireNonNull(twins, "twins");
    this.startAudit = requireNonNull(startAudit, "startAudit");
    this.stopFile = requireNonNull(stopFile, "stopFile");
    this.audit = requireNonNull(audit, "audit");
    this.happyPaths = requireNonNull(happyPaths, "happyPaths");
    this.promotion = requireNonNull(promotion, "promotion");
    this.clock = requireNonNull(clock, "clock");
  }

  /** What was started. */
  record Started(String url, RestoreReport report, AuditLog audit, HappyPaths happyPaths) {}

  Started start() {
    Instant now = clock.instant();
    opened.memory().onUnreadable(this::noteUnreadable);
    stores.report().problems().forEach(this::note);
    opened.interruptedImport().ifPresent(this::note);
    @Nullable Instant previousStop = LastStop.take(history, recorder, now);
    List<RestoreReport.Item> items = new ArrayList<>(platform.boot());
    engine.restoreLearners();
    engine.learners().forEach(card -> items.add(learnerItem(card)));
    List<Target> targets = config.targets().isEmpty() ? known.targets(now) : config.targets();
    for (Target target : targets) {
      items.addAll(engine.restore(target));
    }
    RestoreReport report = new RestoreReport(now, previousStop, items);
    recorder.write(entries -> entries.restoreReport(report));
    ListenAddress listen = config.listen();
    InetSocketAddress bound = web.start(new InetSocketAddress(listen.host(), listen.port()));
    ListenAddress address = new ListenAddress(listen.host(), bound.getPort());
    directory.announce(address.toString());
    startAudit.note(address.toString(), targets);
    platform.watch();
    targets.forEach(engine::startSampling);
    if (config.targets().isEmpty()) {
      discovery.skip(targets);
      background.repeat("discovery", LOOK_EVERY, this::look);
    }
    background.repeat("kill switch", LOOK_EVERY, stopFile::look);
    background.repeat("promotions", PROMOTE_EVERY, promotion::round);
    care.start(background);
    twins.start(background);
    background.repeat("state of the learners", SAVE_EVERY, engine::saveLearners);
    background.repeat("states to save soon", LISTEN_EVERY, platform::saveAskedDaemonStates);
    readiness.ready();
    return new Started("http://" + address, report, audit, happyPaths);
  }

  private void note(Problem problem) {
    problems.note(problem.code(), problem.blame(), problem.subject(), problem.message());
  }

  private void noteUnreadable(RecordKind kind, List<String> ids) {
    problems.note(
        ErrorCode.STORE_DAMAGED,
        Blame.ENVIRONMENT,
        "table " + kind.table(),
        ids.size()
            + " damaged rows were left out of an answer, the first is '"
            + ids.get(0)
            + "'; restore a backup, or delete them");
  }

  private static RestoreReport.Item learnerItem(ModelCard card) {
    boolean knows = card.observations() > 0;
    return new RestoreReport.Item(
        "learner",
        card.name(),
        knows ? RestoreReport.Status.RESTORED : RestoreReport.Status.FRESH,
        knows ? "knows " + card.observations() + " outcomes" : "no outcome yet",
        null);
  }

  private void look() {
    for (Target target : discovery.look()) {
      engine.restore(target);
      engine.startSampling(target);
    }
  }
}
