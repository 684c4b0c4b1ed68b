package io.vllmmonitor.testkit.plugin;

import io.vllmmonitor.api.plugin.Meter;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Numbers that are kept for the test. Confined to one thread. */
public final class FakeMeter implements Meter {
  private static final String NAME = "[a-z][a-z0-9_]{0,63}";

  private final Map<String, Double> values = new HashMap<>();
  private final Set<String> counters = new HashSet<>();
  private boolean ended;

  FakeMeter() {}

  @Override
  public Counter counter(String name, String help) {
    register(name);
    if (!counters.contains(name) && values.containsKey(name)) {
      throw new IllegalArgumentException("'" + name + "' is a gauge already, not a counter");
    }
    counters.add(name);
    values.putIfAbsent(name, 0.0);
    return amount -> {
      if (!(amount >= 0)) {
        throw new IllegalArgumentException("A counter only grows, found " + amount);
      }
      values.computeIfPresent(name, (key, before) -> before + amount);
    };
  }

  @Override
  public Gauge gauge(String name, String help) {
    register(name);
    if (counters.contains(name)) {
      throw new IllegalArgumentException("'" + name + "' is a counter already, not a gauge");
    }
    values.putIfAbsent(name, 0.0);
    return value -> values.computeIfPresent(name, (key, before) -> value);
  }

  private void register(String name) {
    if (ended) {
      throw new IllegalStateException("The plugin was unloaded");
    }
    if (!name.matches(NAME)) {
      throw new IllegalArgumentException("The name of a metric is " + NAME + ", found " + name);
    }
    if (!values.containsKey(name) && values.size() >= MOST_METRICS) {
      throw new IllegalStateException("The plugin has " + MOST_METRICS + " metrics already");
    }
  }

  /** What it stands at; NaN when there is none of that name, or none any more. */
  public double value(String name) {
    return values.getOrDefault(name, Double.NaN);
  }

  void end() {
    ended = true;
    values.clear();
    counters.clear();
  }
}
