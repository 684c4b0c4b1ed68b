package io.vllmmonitor.core.plugin;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.history.History;
import io.vllmmonitor.api.history.Recorder;
import io.vllmmonitor.api.plugin.HttpService;
import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.api.store.BlobStore;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.core.jar.JarPolicy;
import io.vllmmonitor.core.telemetry.Problems;
import java.time.InstantSource;
import java.util.Set;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * What the plugin platform works with. Immutable; all parts are thread-safe.
 *
 * @param metrics takes the families that sources declare
 * @param settings the configuration of a unit by its id; empty settings where there is none
 * @param configured the ids that {@code settings} has something for
 * @param http HTTP to one target
 * @param random a generator for one unit
 * @param context what the other services of plugins are made of
 * @param jars what decides about jars beside the jars themselves
 */
public record PlatformServices(
    BlobStore blobs,
    Recorder recorder,
    History history,
    Problems problems,
    MetricCatalog metrics,
    Function<String, Settings> settings,
    Set<String> configured,
    Function<Target, HttpService> http,
    InstantSource clock,
    Function<String, RandomGenerator> random,
    ContextServices context,
    JarPolicy jars) {
  public PlatformServices {
    requireNonNull(blobs, "blobs");
    requireNonNull(recorder, "recorder");
    requireNonNull(history, "history");
    requireNonNull(problems, "problems");
    requireNonNull(metrics, "metrics");
    requireNonNull(settings, "settings");
    configured = Set.copyOf(configured);
    requireNonNull(http, "http");
    requireNonNull(clock, "clock");
    requireNonNull(random, "random");
    requireNonNull(context, "context");
    requireNonNull(jars, "jars");
  }
}
