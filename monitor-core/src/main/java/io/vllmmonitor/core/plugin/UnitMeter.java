package io.vllmmonitor.core.plugin;

import io.vllmmonitor.api.plugin.Meter;
import io.vllmmonitor.core.telemetry.PluginMetrics;
import java.util.HashSet;
import java.util.Set;

/** The numbers of one set of instances, taken away with it. Thread-safe. */
final class UnitMeter implements Meter {
  private final ServiceScope scope;
  private final PluginMetrics metrics;
  private final Set<String> held = new HashSet<>();

  UnitMeter(ServiceScope scope, PluginMetrics metrics) {
    this.scope = scope;
    this.metrics = metrics;
    scope.whenReleased(this::end);
  }

  @Override
  public Counter counter(String name, String help) {
    synchronized (held) {
      scope.check();
      PluginMetrics.Adding number = metrics.counter(scope.unit(), name, help, !held.contains(name));
      held.add(name);
      return amount -> {
        if (!(amount >= 0)) {
          throw new IllegalArgumentException("A counter only grows, found " + amount);
        }
        if (!scope.isReleased()) {
          number.add(amount);
        }
      };
    }
  }

  @Override
  public Gauge gauge(String name, String help) {
    synchronized (held) {
      scope.check();
      PluginMetrics.Setting number = metrics.gauge(scope.unit(), name, help, !held.contains(name));
      held.add(name);
      return value -> {
        if (!scope.isReleased()) {
          number.set(value);
        }
      };
    }
  }

  private void end() {
    synchronized (held) {
      held.forEach(name -> metrics.release(scope.unit(), name));
      held.clear();
    }
  }
}
