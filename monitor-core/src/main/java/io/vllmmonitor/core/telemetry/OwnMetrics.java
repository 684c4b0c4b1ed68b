package io.vllmmonitor.core.telemetry;

import static java.util.Objects.requireNonNull;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleSupplier;

/**
 * The monitor's metrics about itself, under names that begin with {@code vllm_monitor_}. Every
 * package counts here, the HTTP API shows {@link #render()} as its own {@code /metrics}. One object
 * per daemon, so that two engines in one JVM do not mix. Thread-safe.
 */
public final class OwnMetrics {
  /** What {@link #render()} is, for a {@code Content-Type} header. */
  public static final String CONTENT_TYPE = PrometheusTextFormatWriter.CONTENT_TYPE;

  private static final String PREFIX = "vllm_monitor_";
  private static final String TARGET = "target";

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final Map<String, Counter> counters = new ConcurrentHashMap<>();
  private final Map<String, Map<String, DoubleSupplier>> gauges = new ConcurrentHashMap<>();

  /**
   * A counter; the same one for the same name.
   *
   * @param name without the prefix and without {@code _total}
   * @param help one sentence
   * @param labels names of its labels; the same ones at every call for a name
   */
  public OwnCounter counter(String name, String help, String... labels) {
    Counter counter =
        counters.computeIfAbsent(
            requireNonNull(name, "name"),
            unused ->
                Counter.builder()
                    .name(PREFIX + name)
                    .help(help)
                    .labelNames(labels)
                    // Their sampling would start a thread, and it would remember the plugin whose
                    // call was the first to count.
                    .withoutExemplars()
                    .register(registry));
    return new OwnCounter(counter);
  }

  /**
   * A gauge that is read when the page is asked for; a second one of the same name replaces the
   * first.
   *
   * @param name without the prefix
   * @param value called from the thread that renders; must not block
   */
  public void gauge(String name, String help, DoubleSupplier value) {
    Map<String, DoubleSupplier> readers = readers(name, help, false);
    readers.put("", requireNonNull(value, "value"));
  }

  /** A gauge with the label {@code target}; a second one of that target replaces the first. */
  public void gauge(String name, String help, String target, DoubleSupplier value) {
    Map<String, DoubleSupplier> readers = readers(name, help, true);
    readers.put(requireNonNull(target, "target"), requireNonNull(value, "value"));
  }

  /** Takes the gauges of a target away that is no longer watched; its counters stay. */
  public void forgetTarget(String target) {
    gauges.values().forEach(readers -> readers.remove(target));
  }

  /** Where the metrics of plugins are shown as well. */
  PrometheusRegistry registry() {
    return registry;
  }

  /** All metrics in Prometheus' text format, UTF-8. */
  public String render() {
    ByteArrayOutputStream page = new ByteArrayOutputStream();
    try {
      PrometheusTextFormatWriter.create().write(page, registry.scrape());
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail
    }
    return page.toString(StandardCharsets.UTF_8);
  }

  private Map<String, DoubleSupplier> readers(String name, String help, boolean labelled) {
    return gauges.computeIfAbsent(
        requireNonNull(name, "name"), unused -> register(name, help, labelled));
  }

  private Map<String, DoubleSupplier> register(String name, String help, boolean labelled) {
    Map<String, DoubleSupplier> readers = new ConcurrentHashMap<>();
    GaugeWithCallback.Builder gauge = GaugeWithCallback.builder().name(PREFIX + name).help(help);
    if (labelled) {
      gauge.labelNames(TARGET);
    }
    gauge
        .callback(
            callback ->
                readers.forEach(
                    (target, value) -> {
                      if (labelled) {
                        callback.call(value.getAsDouble(), target);
                      } else {
                        callback.call(value.getAsDouble());
                      }
                    }))
        .register(registry);
    return readers;
  }
}
