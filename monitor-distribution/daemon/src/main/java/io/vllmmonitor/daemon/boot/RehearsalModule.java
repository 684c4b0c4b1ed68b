package io.vllmmonitor.daemon.boot;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import io.vllmmonitor.api.history.History;
import io.vllmmonitor.api.history.Recorder;
import io.vllmmonitor.api.rehearsal.VerdictRecord;
import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.api.target.TargetMode;
import io.vllmmonitor.core.audit.AuditLog;
import io.vllmmonitor.core.config.MonitorConfig;
import io.vllmmonitor.core.engine.Engine;
import io.vllmmonitor.core.engine.TargetStatus;
import io.vllmmonitor.core.identity.TimeOrderedIds;
import io.vllmmonitor.core.plugin.PluginPlatform;
import io.vllmmonitor.core.plugin.RehearsalGate;
import io.vllmmonitor.core.plugin.TrialUnits;
import io.vllmmonitor.core.rehearsal.AutoPromotion;
import io.vllmmonitor.core.rehearsal.RehearsalDesk;
import io.vllmmonitor.core.rehearsal.RehearsalPolicy;
import io.vllmmonitor.core.rehearsal.Replayer;
import io.vllmmonitor.core.rehearsal.TrackRecords;
import io.vllmmonitor.core.telemetry.Problems;
import io.vllmmonitor.daemon.web.Trials;
import io.vllmmonitor.persistence.engine.DataDirectory;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;

/** Binds what judges code by stored time. */
final class RehearsalModule extends AbstractModule {
  @Provides
  @Singleton
  RehearsalPolicy policy(MonitorConfig config) {
    return RehearsalPolicy.from(config.section("rehearsal"));
  }

  @Provides
  @Singleton
  RehearsalDesk desk(
      History history,
      Recorder recorder,
      MetricCatalog catalog,
      Problems problems,
      TimeOrderedIds ids,
      InstantSource clock,
      RehearsalPolicy policy) {
    return new RehearsalDesk(
        history, recorder, catalog, problems, ids, clock, System::nanoTime, policy);
  }

  @Provides
  @Singleton
  RehearsalGate gate(RehearsalDesk desk) {
    return desk;
  }

  @Provides
  @Singleton
  Trials trials(
      RehearsalDesk desk,
      PluginPlatform platform,
      DataDirectory directory,
      History history,
      MetricCatalog catalog,
      Engine engine,
      InstantSource clock) {
    TrialUnits units = platform.trialUnits(directory.path().resolve("work").resolve("trials"));
    return new Trials(
        desk,
        units,
        new Replayer(history, catalog, units, verdict -> targetOf(verdict, engine)),
        new TrackRecords(history, engine::guardrails, clock),
        platform);
  }

  @Provides
  @Singleton
  AutoPromotion promotion(
      RehearsalPolicy policy,
      PluginPlatform platform,
      Engine engine,
      History history,
      Problems problems,
      AuditLog audit,
      InstantSource clock) {
    return new AutoPromotion(policy, platform, engine::guardrails, history, problems, audit, clock);
  }

  /** The target as it was when it was judged; its address may be forgotten by now. */
  private static Target targetOf(VerdictRecord verdict, Engine engine) {
    Duration interval = verdict.scrapeInterval();
    return engine.targets().stream()
        .map(TargetStatus::target)
        .filter(target -> target.id().equals(verdict.target()))
        .findFirst()
        .map(target -> Target.of(target.url(), target.mode(), interval))
        .orElseGet(
            () ->
                Target.of(
                    URI.create("http://" + verdict.target().instance()),
                    TargetMode.OBSERVE,
                    interval));
  }
}
