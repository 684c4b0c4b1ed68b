package io.vllmmonitor.core.plugin;

import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.core.telemetry.PluginMetrics;
import org.jspecify.annotations.Nullable;

/**
 * Makes the services of each set of instances from what all units share. One per platform; close it
 * after everything was unloaded. Thread-safe.
 */
final class ContextFactory implements AutoCloseable {
  private final PlatformServices services;
  private final PluginTimer timer = new PluginTimer();
  private final EventDesk events;
  private final PluginMetrics metrics;

  ContextFactory(PlatformServices services) {
    this.services = services;
    this.events = new EventDesk(services.context(), services.clock());
    this.metrics = new PluginMetrics(services.context().metrics());
  }

  /**
   * @param target null for the kinds that exist once per daemon
   * @param defaults what the code itself brings as configuration
   */
  UnitContext make(String unit, @Nullable Target target, Settings defaults) {
    Settings operator = services.settings().apply(unit);
    return new UnitContext(
        new ServiceScope(unit), target, defaults, operator, services, timer, events, metrics);
  }

  @Override
  public void close() {
    timer.close();
  }
}
