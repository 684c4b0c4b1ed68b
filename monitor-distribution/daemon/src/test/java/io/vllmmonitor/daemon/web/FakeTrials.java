package io.vllmmonitor.daemon.web;

import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.plugin.HttpService;
import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.api.target.TargetMode;
import io.vllmmonitor.core.guardrail.GuardrailStatus;
import io.vllmmonitor.core.identity.TimeOrderedIds;
import io.vllmmonitor.core.jar.JarPolicy;
import io.vllmmonitor.core.jar.Machine;
import io.vllmmonitor.core.jar.TrustPolicy;
import io.vllmmonitor.core.plugin.ContextServices;
import io.vllmmonitor.core.plugin.GuardrailPromotion;
import io.vllmmonitor.core.plugin.PlatformServices;
import io.vllmmonitor.core.plugin.PluginSummary;
import io.vllmmonitor.core.plugin.Stage;
import io.vllmmonitor.core.plugin.TrialUnits;
import io.vllmmonitor.core.rehearsal.RehearsalDesk;
import io.vllmmonitor.core.rehearsal.RehearsalPolicy;
import io.vllmmonitor.core.rehearsal.Replayer;
import io.vllmmonitor.core.rehearsal.TrackRecords;
import io.vllmmonitor.core.telemetry.OwnMetrics;
import io.vllmmonitor.core.telemetry.Problems;
import io.vllmmonitor.testkit.store.InMemoryBlobStore;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** Real trials over a history that has no samples; promotions are only remembered. */
final class FakeTrials {
  final Map<String, Stage> stages = new ConcurrentHashMap<>();

  private static HttpService refusing() {
    return call -> {
      throw new UnsupportedOperationException();
    };
  }

  Trials make(
      FakeHistory history,
      Supplier<List<PluginSummary>> plugins,
      Supplier<List<GuardrailStatus>> guardrails,
      MetricCatalog catalog,
      TimeOrderedIds ids,
      InstantSource clock,
      Path work) {
    Problems problems = new Problems(clock, entries -> {});
    TrialUnits units =
        new TrialUnits(
            new PlatformServices(
                new InMemoryBlobStore(),
                entries -> {},
                history,
                problems,
                catalog,
                unit -> Settings.empty(),
                Set.of(),
                target -> refusing(),
                clock,
                unit -> new Random(1),
                new ContextServices(
                    server -> refusing(), secret -> "", new OwnMetrics(), event -> {}, ids::next),
                new JarPolicy(
                    TrustPolicy.standard(), () -> new Machine("amd64", "linux", 1, 1, List.of()))),
            work,
            unit -> Optional.empty());
    return new Trials(
        new RehearsalDesk(
            history,
            history,
            catalog,
            problems,
            ids,
            clock,
            System::nanoTime,
            RehearsalPolicy.defaults()),
        units,
        new Replayer(
            history,
            catalog,
            units,
            verdict ->
                Target.of(
                    URI.create("http://" + verdict.target().instance()),
                    TargetMode.OBSERVE,
                    verdict.scrapeInterval())),
        new TrackRecords(history, guardrails, clock),
        new GuardrailPromotion() {
          @Override
          public PluginSummary promote(String unit, Stage stage, String why) {
            PluginSummary found =
                plugins.get().stream()
                    .filter(plugin -> plugin.generation().unit().equals(unit))
                    .findFirst()
                    .orElseThrow(
                        () ->
                            new MonitorException(
                                ErrorCode.PLUGIN_NOT_FOUND, Blame.OPERATOR, "not here"));
            stages.put(unit, stage);
            return found;
          }

          @Override
          public Stage stage(String unit, TargetMode mode) {
            return stages.getOrDefault(unit, Stage.ACT);
          }
        });
  }
}
