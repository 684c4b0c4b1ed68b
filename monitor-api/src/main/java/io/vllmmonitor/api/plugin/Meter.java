package io.vllmmonitor.api.plugin;

import io.vllmmonitor.api.extension.Incubating;

/**
 * Numbers about the plugin itself, shown on the monitor's own {@code /metrics} as {@code
 * vllm_monitor_plugin_<name>{plugin="<id>"}} (counters with {@code _total} behind the name) until
 * the plugin is unloaded. All sets of instances of one plugin share them. At most {@value
 * #MOST_METRICS} names per plugin. Thread-safe.
 */
@Incubating(review = "2027-03-01")
public interface Meter {
  /** The most names of one plugin. */
  int MOST_METRICS = 50;

  /**
   * A number that only grows; the same one for the same name.
   *
   * @param name {@code [a-z][a-z0-9_]{0,63}}, without {@code _total}
   * @param help one sentence; the first one given for a name counts
   * @throws IllegalArgumentException when the name is malformed or belongs to a gauge
   * @throws IllegalStateException when the plugin has {@value #MOST_METRICS} names already, or
   *     after it was unloaded
   */
  Counter counter(String name, String help);

  /**
   * A number that is what it was set to last, 0 before; the same one for the same name.
   *
   * @param name {@code [a-z][a-z0-9_]{0,63}}
   * @param help one sentence; the first one given for a name counts
   * @throws IllegalArgumentException when the name is malformed or belongs to a counter
   * @throws IllegalStateException when the plugin has {@value #MOST_METRICS} names already, or
   *     after it was unloaded
   */
  Gauge gauge(String name, String help);

  /** Counts. Thread-safe; without effect after the plugin was unloaded. */
  interface Counter {
    /** Adds one. */
    default void increment() {
      add(1);
    }

    /**
     * Adds some.
     *
     * @throws IllegalArgumentException when the amount is negative or no number
     */
    void add(double amount);
  }

  /** Holds a value. Thread-safe; without effect after the plugin was unloaded. */
  interface Gauge {
    /** Replaces the value; NaN and the infinities are legal. */
    void set(double value);
  }
}
