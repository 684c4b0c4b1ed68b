package io.vllmmonitor.core.plugin;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.history.History;
import io.vllmmonitor.api.plugin.Events;
import io.vllmmonitor.api.plugin.HttpService;
import io.vllmmonitor.api.plugin.Meter;
import io.vllmmonitor.api.plugin.PluginContext;
import io.vllmmonitor.api.plugin.PluginState;
import io.vllmmonitor.api.plugin.Schedule;
import io.vllmmonitor.api.plugin.Secrets;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.core.extension.Evaluation;
import io.vllmmonitor.core.extension.UnitConfiguration;
import io.vllmmonitor.core.telemetry.PluginMetrics;
import java.net.URI;
import java.time.InstantSource;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The services of one unit for one target, or for the daemon, while its scope lives. Time and
 * chance are a function of the tick while a guardrail or predictor is evaluated, see {@link
 * Evaluation}.
 */
final class UnitContext implements PluginContext {
  private final ServiceScope scope;
  private final @Nullable Target target;
  private final Settings settings;
  private final UnitConfiguration configuration;
  private final PlatformServices services;
  private final History history;
  private final AllowedServers servers;
  private final Schedule schedule;
  private final Events events;
  private final Meter meter;
  private final Secrets secrets;

  /**
   * @param defaults configuration that the code brings; grants nothing
   * @param operator configuration that the operator wrote
   */
  UnitContext(
      ServiceScope scope,
      @Nullable Target target,
      Settings defaults,
      Settings operator,
      PlatformServices services,
      PluginTimer timer,
      EventDesk events,
      PluginMetrics metrics) {
    this.scope = requireNonNull(scope, "scope");
    this.target = target;
    this.settings = defaults.overlaidWith(operator);
    this.configuration = UnitConfiguration.of(operator);
    this.services = requireNonNull(services, "services");
    this.history = scope.guarded(History.class, services.history());
    this.servers = new AllowedServers(scope.unit(), operator);
    this.schedule = new UnitSchedule(scope, timer, services.problems());
    this.events = events.of(scope, target == null ? null : target.id());
    this.meter = new UnitMeter(scope, metrics);
    this.secrets = new UnitSecrets(scope, operator, services.context().secrets());
  }

  /** Ends these services. */
  ServiceScope scope() {
    return scope;
  }

  /** What the operator wrote, as it is stored with verdicts. */
  UnitConfiguration configuration() {
    return configuration;
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
    return System.getLogger("plugin." + scope.unit());
  }

  @Override
  public InstantSource clock() {
    return Evaluation.clock(services.clock());
  }

  @Override
  public RandomGenerator random() {
    return Evaluation.random(services.random().apply(scope.unit()));
  }

  @Override
  public History history() {
    return history;
  }

  @Override
  public HttpService http() {
    scope.check();
    if (target == null) {
      throw new IllegalStateException("Plugin " + scope.unit() + " asks for HTTP without a target");
    }
    return guarded(services.http().apply(target));
  }

  @Override
  public HttpService http(URI base) {
    scope.check();
    return guarded(services.context().servers().apply(servers.checked(base)));
  }

  private HttpService guarded(HttpService http) {
    return call -> {
      scope.check();
      return http.send(call);
    };
  }

  @Override
  public Schedule schedule() {
    return schedule;
  }

  @Override
  public Events events() {
    return events;
  }

  @Override
  public Meter meter() {
    return meter;
  }

  @Override
  public Secrets secrets() {
    return secrets;
  }

  @Override
  public PluginState state() {
    return scope::wantSave;
  }

  @Override
  public void onClose(Runnable task) {
    scope.onClose(requireNonNull(task, "task"));
  }
}
