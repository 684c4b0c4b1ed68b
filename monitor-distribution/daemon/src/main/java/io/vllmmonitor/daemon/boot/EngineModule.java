package io.vllmmonitor.daemon.boot;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import io.vllmmonitor.api.history.History;
import io.vllmmonitor.api.history.Recorder;
import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.api.store.SeriesStore;
import io.vllmmonitor.core.config.MonitorConfig;
import io.vllmmonitor.core.engine.DiscoveryLoop;
import io.vllmmonitor.core.engine.Engine;
import io.vllmmonitor.core.engine.EngineServices;
import io.vllmmonitor.core.extension.ExtensionCatalog;
import io.vllmmonitor.core.http.TargetHttps;
import io.vllmmonitor.core.identity.TimeOrderedIds;
import io.vllmmonitor.core.lifecycle.KeyMetric;
import io.vllmmonitor.core.lifecycle.LifecyclePolicy;
import io.vllmmonitor.core.mitigation.InterventionPolicy;
import io.vllmmonitor.core.notify.Exports;
import io.vllmmonitor.core.notify.NewsRecorder;
import io.vllmmonitor.core.notify.Notifications;
import io.vllmmonitor.core.sampling.SampleWriter;
import io.vllmmonitor.core.sampling.Sampler;
import io.vllmmonitor.core.sampling.SamplingPools;
import io.vllmmonitor.core.sampling.ThreadTimer;
import io.vllmmonitor.core.telemetry.OwnMetrics;
import io.vllmmonitor.core.telemetry.Problems;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Binds the engine and what it shares among targets. */
final class EngineModule extends AbstractModule {
  private static final int WORKERS = 16;

  /** What every checkpoint carries of a vLLM server. */
  private static final List<KeyMetric> KEY_METRICS =
      List.of(
          KeyMetric.sum("vllm:num_requests_running"),
          KeyMetric.sum("vllm:num_requests_waiting"),
          KeyMetric.max("vllm:kv_cache_usage_perc"),
          KeyMetric.sum("vllm:generation_tokens_total"),
          KeyMetric.sum("vllm:num_preemptions_total"));

  @Override
  protected void configure() {
    bind(OwnMetrics.class).toInstance(new OwnMetrics());
  }

  @Provides
  @Singleton
  TimeOrderedIds ids(InstantSource clock) {
    return new TimeOrderedIds(clock, new SecureRandom());
  }

  @Provides
  @Singleton
  Problems problems(InstantSource clock, Recorder recorder) {
    return new Problems(clock, recorder);
  }

  @Provides
  @Singleton
  Background background(Problems problems, Closers closers) {
    return closers.add("background", new Background(problems));
  }

  @Provides
  @Singleton
  TargetHttps https(Closers closers) {
    return closers.add("connections to targets", new TargetHttps(System.getenv()));
  }

  @Provides
  @Singleton
  SampleWriter writer(
      SeriesStore series,
      MonitorConfig config,
      OwnMetrics metrics,
      Problems problems,
      Exports exports,
      Closers closers) {
    Duration interval =
        Duration.ofMillis(config.section("storage").integer("commit_interval_ms", 250));
    return closers.add(
        "sample writer", new SampleWriter(series, interval, metrics, problems, exports::offer));
  }

  @Provides
  @Singleton
  ThreadTimer timer(Closers closers) {
    return closers.add("timer", new ThreadTimer("timer"));
  }

  @Provides
  @Singleton
  Sampler sampler(
      ThreadTimer timer,
      InstantSource clock,
      SampleWriter writer,
      MetricCatalog catalog,
      OwnMetrics metrics,
      Problems problems,
      Closers closers) {
    ExecutorService collecting = pool(closers, "collecting pool", SamplingPools.collecting());
    return new Sampler(
        timer, clock, System::nanoTime, collecting, writer, catalog, metrics, problems);
  }

  @Provides
  @Singleton
  Engine engine(
      InstantSource clock,
      TimeOrderedIds ids,
      Recorder recorder,
      History history,
      MetricCatalog catalog,
      ExtensionCatalog extensions,
      Sampler sampler,
      Problems problems,
      OwnMetrics metrics,
      MonitorConfig config,
      StopFile stop,
      Notifications notifications,
      Closers closers) {
    ExecutorService mailboxes = pool(closers, "mailbox pool", SamplingPools.mailboxes());
    ExecutorService workers = pool(closers, "worker pool", workers());
    return closers.add(
        "engine",
        new Engine(
            new EngineServices(
                clock,
                System::nanoTime,
                ids,
                new NewsRecorder(recorder, notifications::offer),
                history,
                catalog,
                extensions,
                sampler,
                problems,
                metrics,
                InterventionPolicy.from(config.section("mitigations")),
                stop,
                mailboxes,
                workers,
                lifecycle(config),
                KEY_METRICS)));
  }

  @Provides
  @Singleton
  DiscoveryLoop discovery(ExtensionCatalog extensions, Problems problems, InstantSource clock) {
    return new DiscoveryLoop(extensions, problems, clock, System::nanoTime);
  }

  private static LifecyclePolicy lifecycle(MonitorConfig config) {
    LifecyclePolicy usual = LifecyclePolicy.defaults();
    return new LifecyclePolicy(
        config.section("lifecycle").duration("hang_after", usual.hangAfter()),
        usual.hangScrapes(),
        usual.failedScrapes(),
        usual.idleHold(),
        usual.quietTime());
  }

  private static ExecutorService workers() {
    return Executors.newFixedThreadPool(
        WORKERS,
        task -> {
          Thread thread = new Thread(task, "action");
          thread.setDaemon(true);
          return thread;
        });
  }

  private static ExecutorService pool(Closers closers, String name, ExecutorService pool) {
    closers.add(name, pool::shutdownNow);
    return pool;
  }
}
