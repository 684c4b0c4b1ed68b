package io.vllmmonitor.core.plugin;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.history.History;
import io.vllmmonitor.api.plugin.PluginContext;
import io.vllmmonitor.api.plugin.TargetHttp;
import io.vllmmonitor.api.target.Target;
import java.time.InstantSource;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The services of one unit for one target, or for the daemon. Immutable, thread-safe. */
final class UnitContext implements PluginContext {
  private final String unit;
  private final @Nullable Target target;
  private final Settings settings;
  private final PlatformServices services;

  UnitContext(String unit, @Nullable Target target, Settings settings, PlatformServices services) {
    this.unit = requireNonNull(unit, "unit");
    this.target = target;
    this.settings = requireNonNull(settings, "settings");
    this.services = requireNonNull(services, "services");
  }

  @Override
  public Optional<Target> target() {
    return Optional.ofNullable(target);
  }

  @Override
  public Settings config() {
    return settings;
  }

  @Override
  public System.Logger log() {
    return System.getLogger("plugin." + unit);
  }

  @Override
  public InstantSource clock() {
    return services.clock();
  }

  @Override
  public RandomGenerator random() {
    return services.random().apply(unit);
  }

  @Override
  public History history() {
    return services.history();
  }

  @Override
  public TargetHttp http() {
    if (target == null) {
      throw new IllegalStateException("Plugin " + unit + " asks for HTTP without a target");
    }
    return services.http().apply(target);
  }
}
