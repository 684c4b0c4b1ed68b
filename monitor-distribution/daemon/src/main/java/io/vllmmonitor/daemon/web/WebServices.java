package io.vllmmonitor.daemon.web;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.history.History;
import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.api.store.SeriesStore;
import io.vllmmonitor.core.audit.AuditLog;
import io.vllmmonitor.core.engine.EngineStatus;
import io.vllmmonitor.core.outcome.HappyPaths;
import io.vllmmonitor.core.plugin.PluginDirectory;
import io.vllmmonitor.persistence.ingest.Ingest;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Everything that the HTTP server asks and commands. All of it is called from many threads.
 * Immutable.
 *
 * @param ingest stores what others push
 * @param ownMetrics the monitor's own metrics in Prometheus' text format
 * @param notReady why the daemon is not ready; empty once it is
 * @param stop begins the end of the daemon; run once on a thread of its own, after the answer was
 *     sent, so it may close the server
 * @param audit is told of every command
 * @param trials judges code by stored time
 */
public record WebServices(
    History history,
    EngineStatus engine,
    PluginDirectory plugins,
    SeriesStore series,
    Ingest ingest,
    BodyCounter bodies,
    MetricCatalog catalog,
    PrometheusReads prometheus,
    ExchangeJobs exchange,
    Supplier<String> ownMetrics,
    Supplier<Optional<String>> notReady,
    Token token,
    Runnable stop,
    DaemonInfo info,
    InstantSource clock,
    HappyPaths happyPaths,
    AuditLog audit,
    Trials trials) {
  public WebServices {
    requireNonNull(history, "history");
    requireNonNull(engine, "engine");
    requireNonNull(plugins, "plugins");
    requireNonNull(series, "series");
    requireNonNull(ingest, "ingest");
    requireNonNull(bodies, "bodies");
    requireNonNull(catalog, "catalog");
    requireNonNull(prometheus, "prometheus");
    requireNonNull(exchange, "exchange");
    requireNonNull(ownMetrics, "ownMetrics");
    requireNonNull(notReady, "notReady");
    requireNonNull(token, "token");
    requireNonNull(stop, "stop");
    requireNonNull(info, "info");
    requireNonNull(clock, "clock");
    requireNonNull(happyPaths, "happyPaths");
    requireNonNull(audit, "audit");
    requireNonNull(trials, "trials");
  }
}
