package io.vllmmonitor.core.telemetry;

import static java.util.Objects.requireNonNull;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.vllmmonitor.api.plugin.Meter;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The numbers that plugins show about themselves, one series per plugin and name. A series is held
 * by every set of instances that uses it and goes with the last one, so that it goes on while one
 * generation of a plugin replaces another. Thread-safe.
 */
public final class PluginMetrics {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,63}");
  private static final String PREFIX = "vllm_monitor_plugin_";
  private static final String PLUGIN = "plugin";

  private final PrometheusRegistry registry;
  private final Map<String, Family> families = new HashMap<>();

  /** How often each name is held, by plugin. */
  private final Map<String, Map<String, Integer>> holds = new HashMap<>();

  /** Adds to a counter. */
  public interface Adding {
    /** Adds an amount that is not negative; without effect when the series is gone. */
    void add(double amount);
  }

  /** Sets a gauge. */
  public interface Setting {
    /** Replaces the value; without effect when the series is gone. */
    void set(double value);
  }

  /** One of the two is there. */
  private record Family(@Nullable Counter counter, @Nullable Gauge gauge) {
    Collector collector() {
      return counter != null ? counter : requireNonNull(gauge, "gauge");
    }

    void remove(String plugin) {
      if (counter != null) {
        counter.remove(plugin);
      } else {
        requireNonNull(gauge, "gauge").remove(plugin);
      }
    }
  }

  /** Shows them on the page of these metrics. */
  public PluginMetrics(OwnMetrics own) {
    this.registry = own.registry();
  }

  /**
   * A counter of a plugin.
   *
   * @param hold whether the caller holds it from now on, to be given back with {@link #release}
   * @throws IllegalArgumentException when the name is malformed or a gauge's
   * @throws IllegalStateException when the plugin has too many
   */
  public synchronized Adding counter(String plugin, String name, String help, boolean hold) {
    check(plugin, name);
    Family family = families.get(name);
    if (family == null) {
      family =
          new Family(
              Counter.builder()
                  .name(PREFIX + name)
                  .help(help)
                  .labelNames(PLUGIN)
                  .withoutExemplars()
                  .register(registry),
              null);
      families.put(name, family);
    }
    Counter counter = family.counter();
    if (counter == null) {
      throw new IllegalArgumentException("'" + name + "' is a gauge already, not a counter");
    }
    hold(plugin, name, hold);
    return counter.labelValues(plugin)::inc;
  }

  /**
   * A gauge of a plugin.
   *
   * @param hold whether the caller holds it from now on, to be given back with {@link #release}
   * @throws IllegalArgumentException when the name is malformed or a counter's
   * @throws IllegalStateException when the plugin has too many
   */
  public synchronized Setting gauge(String plugin, String name, String help, boolean hold) {
    check(plugin, name);
    Family family = families.get(name);
    if (family == null) {
      family =
          new Family(
              null,
              Gauge.builder()
                  .name(PREFIX + name)
                  .help(help)
                  .labelNames(PLUGIN)
                  .withoutExemplars()
                  .register(registry));
      families.put(name, family);
    }
    Gauge gauge = family.gauge();
    if (gauge == null) {
      throw new IllegalArgumentException("'" + name + "' is a counter already, not a gauge");
    }
    hold(plugin, name, hold);
    return gauge.labelValues(plugin)::set;
  }

  /** Gives a series back; the last one to do so takes it from the page. */
  public synchronized void release(String plugin, String name) {
    Map<String, Integer> held = holds.getOrDefault(plugin, Map.of());
    Integer left = held.get(name);
    if (left == null) {
      return;
    }
    if (left > 1) {
      held.put(name, left - 1);
      return;
    }
    held.remove(name);
    if (held.isEmpty()) {
      holds.remove(plugin);
    }
    Family family = requireNonNull(families.get(name), name);
    family.remove(plugin);
    if (holds.values().stream().noneMatch(names -> names.containsKey(name))) {
      registry.unregister(family.collector());
      families.remove(name);
    }
  }

  private void check(String plugin, String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "The name of a metric is " + NAME + ", found '" + name + "'");
    }
    Map<String, Integer> held = holds.getOrDefault(plugin, Map.of());
    if (!held.containsKey(name) && held.size() >= Meter.MOST_METRICS) {
      throw new IllegalStateException(
          "Plugin " + plugin + " has " + Meter.MOST_METRICS + " metrics already");
    }
  }

  private void hold(String plugin, String name, boolean hold) {
    if (hold) {
      holds.computeIfAbsent(plugin, key -> new HashMap<>()).merge(name, 1, Integer::sum);
    }
  }
}
