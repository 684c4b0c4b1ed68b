package io.vllmmonitor.core.sampling;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.core.extension.ExtensionSet;
import io.vllmmonitor.core.telemetry.OwnMetrics;
import io.vllmmonitor.core.telemetry.Problems;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Scrapes every target at its own interval. The sources of a target run on a shared pool, one
 * scrape at a time; ticks that fall into a running scrape are skipped, never caught up. A scrape
 * that takes more than its timeout and a second counts as failed, and its late result is discarded.
 * Each scrape becomes one {@link Tick} in the target's mailbox and one batch for the writer.
 * Thread-safe.
 */
public final class Sampler implements AutoCloseable {
  private static final double GOLDEN = 0.618_033_988_749_895;

  private final SamplingServices services;
  private final OwnMetrics metrics;
  private final Map<TargetId, TargetSampling> samplings = new HashMap<>();
  private int added;
  private boolean closed;

  /**
   * @param timer closed by its owner after this sampler
   * @param nanos a ticker that never goes back
   * @param collecting runs the sources, see {@link SamplingPools#collecting}
   * @param catalog learns the families of every source before its first collection
   */
  public Sampler(
      Timer timer,
      InstantSource clock,
      LongSupplier nanos,
      Executor collecting,
      SampleWriter writer,
      MetricCatalog catalog,
      OwnMetrics metrics,
      Problems problems) {
    this.metrics = requireNonNull(metrics, "metrics");
    this.services =
        SamplingServices.of(
            requireNonNull(timer, "timer"),
            requireNonNull(clock, "clock"),
            requireNonNull(nanos, "nanos"),
            requireNonNull(collecting, "collecting"),
            requireNonNull(writer, "writer"),
            requireNonNull(catalog, "catalog"),
            requireNonNull(problems, "problems"),
            metrics);
  }

  /**
   * Starts to scrape a target: the first one at once, the others spread over their interval.
   *
   * @param mailbox where the listener is called
   * @param after the newest instant that the store has of this target, so that samples never go
   *     back over a restart; null when it has none
   * @throws MonitorException CONFIG_DUPLICATE_TARGET when it is scraped already, SHUTTING_DOWN
   *     after close
   */
  public void add(
      Target target,
      ExtensionSet extensions,
      TargetMailbox mailbox,
      TickListener listener,
      @Nullable Instant after) {
    TargetSampling sampling =
        new TargetSampling(target, extensions, mailbox, listener, after, services);
    Duration offset;
    synchronized (samplings) {
      if (closed) {
        throw new MonitorException(
            ErrorCode.SHUTTING_DOWN, Blame.MONITOR, "The monitor is stopping");
      }
      if (samplings.putIfAbsent(target.id(), sampling) != null) {
        throw new MonitorException(
            ErrorCode.CONFIG_DUPLICATE_TARGET,
            Blame.OPERATOR,
            "Target " + target.id() + " is scraped already; name each server once");
      }
      double share = added++ * GOLDEN % 1;
      offset = Duration.ofNanos(Math.round(target.scrapeInterval().toNanos() * share));
    }
    metrics.gauge(
        "mailbox_tasks",
        "Tasks that wait in the mailbox of a target.",
        target.id().instance(),
        mailbox::waiting);
    sampling.start(offset);
  }

  /** Stops to scrape a target; the result of a running scrape is discarded. No-op when unknown. */
  public void remove(TargetId target) {
    TargetSampling sampling;
    synchronized (samplings) {
      sampling = samplings.remove(target);
    }
    if (sampling != null) {
      sampling.close();
      metrics.forgetTarget(target.instance());
    }
  }

  /** Stops all scrapes. After it no tick is posted and no batch is offered. */
  @Override
  public void close() {
    Map<TargetId, TargetSampling> all;
    synchronized (samplings) {
      closed = true;
      all = new HashMap<>(samplings);
      samplings.clear();
    }
    all.values().forEach(TargetSampling::close);
  }
}
