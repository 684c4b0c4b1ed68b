package io.vllmmonitor.core.sampling;

import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.core.telemetry.OwnCounter;
import io.vllmmonitor.core.telemetry.OwnMetrics;
import io.vllmmonitor.core.telemetry.Problems;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/** What the samplings of all targets share. */
record SamplingServices(
    Timer timer,
    InstantSource clock,
    LongSupplier nanos,
    Executor collecting,
    SampleWriter writer,
    MetricCatalog catalog,
    Problems problems,
    OwnCounter scrapes,
    OwnCounter failures,
    OwnCounter skipped,
    OwnCounter late,
    OwnCounter shadowed,
    OwnCounter unheard) {

  static SamplingServices of(
      Timer timer,
      InstantSource clock,
      LongSupplier nanos,
      Executor collecting,
      SampleWriter writer,
      MetricCatalog catalog,
      Problems problems,
      OwnMetrics metrics) {
    return new SamplingServices(
        timer,
        clock,
        nanos,
        collecting,
        writer,
        catalog,
        problems,
        metrics.counter("scrapes", "Scrapes that ended, whether or not they succeeded.", "target"),
        metrics.counter("scrape_failures", "Scrapes that failed.", "target", "code"),
        metrics.counter("scrapes_skipped", "Ticks skipped, the last scrape still ran.", "target"),
        metrics.counter("scrapes_late", "Results discarded because they came too late.", "target"),
        metrics.counter(
            "page_samples_shadowed", "Page samples under names of the monitor's own.", "target"),
        metrics.counter("ticks_unheard", "Scrapes not judged, the mailbox was full.", "target"));
  }
}
