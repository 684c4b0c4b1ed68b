package io.vllmmonitor.daemon.boot;

import static java.util.Objects.requireNonNull;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import io.vllmmonitor.api.history.History;
import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.api.store.SeriesStore;
import io.vllmmonitor.core.audit.AuditLog;
import io.vllmmonitor.core.engine.Engine;
import io.vllmmonitor.core.outcome.HappyPaths;
import io.vllmmonitor.core.plugin.PluginDirectory;
import io.vllmmonitor.core.telemetry.OwnMetrics;
import io.vllmmonitor.daemon.web.DaemonInfo;
import io.vllmmonitor.daemon.web.ExchangeJobs;
import io.vllmmonitor.daemon.web.PrometheusReads;
import io.vllmmonitor.daemon.web.Token;
import io.vllmmonitor.daemon.web.Trials;
import io.vllmmonitor.daemon.web.WebServer;
import io.vllmmonitor.daemon.web.WebServices;
import io.vllmmonitor.persistence.engine.DataDirectory;
import io.vllmmonitor.persistence.exchange.Exchange;
import io.vllmmonitor.persistence.ingest.Ingest;
import java.security.SecureRandom;
import java.time.InstantSource;

/** Binds the HTTP API. */
final class WebModule extends AbstractModule {
  private final Runnable stop;

  /**
   * @param stop what the stop command runs
   */
  WebModule(Runnable stop) {
    this.stop = requireNonNull(stop, "stop");
  }

  @Provides
  @Singleton
  WebServer server(
      History history,
      Engine engine,
      PluginDirectory plugins,
      SeriesStore series,
      MetricCatalog catalog,
      PrometheusReads prometheus,
      Exchange exchange,
      StoreCare care,
      OwnMetrics metrics,
      Readiness readiness,
      DataDirectory directory,
      InstantSource clock,
      HappyPaths happyPaths,
      AuditLog audit,
      Trials trials,
      Closers closers) {
    DaemonInfo info =
        new DaemonInfo(
            ProductVersion.get(), directory.path(), ProcessHandle.current().pid(), clock.instant());
    IngestMetrics ingestMetrics = new IngestMetrics(metrics);
    WebServices services =
        new WebServices(
            history,
            engine,
            plugins,
            series,
            new Ingest(series, clock, ingestMetrics),
            ingestMetrics,
            catalog,
            prometheus,
            closers.add("exports and imports", new ExchangeJobs(exchange, care, audit)),
            metrics::render,
            readiness::notReady,
            Token.loadOrCreate(directory.path(), new SecureRandom()),
            stop,
            info,
            clock,
            happyPaths,
            audit,
            trials);
    return closers.add("web server", new WebServer(services));
  }
}
