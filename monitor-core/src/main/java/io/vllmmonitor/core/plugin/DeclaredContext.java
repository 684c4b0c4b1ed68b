package io.vllmmonitor.core.plugin;

import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_CAPABILITY_DENIED;
import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.history.History;
import io.vllmmonitor.api.plugin.Events;
import io.vllmmonitor.api.plugin.HttpService;
import io.vllmmonitor.api.plugin.Meter;
import io.vllmmonitor.api.plugin.PluginContext;
import io.vllmmonitor.api.plugin.PluginState;
import io.vllmmonitor.api.plugin.Schedule;
import io.vllmmonitor.api.plugin.Secrets;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.core.jar.JarDescriptor;
import io.vllmmonitor.core.jar.PluginCapability;
import java.net.URI;
import java.time.InstantSource;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** The services of a jar, without those that its manifest does not declare. Thread-safe. */
final class DeclaredContext implements PluginContext {
  private final PluginContext context;
  private final JarDescriptor jar;

  DeclaredContext(PluginContext context, JarDescriptor jar) {
    this.context = requireNonNull(context, "context");
    this.jar = requireNonNull(jar, "jar");
  }

  /**
   * Passes where the manifest declares a capability.
   *
   * @param what the plugin does that needs it, such as {@code brings actuators}
   * @throws MonitorException PLUGIN_CAPABILITY_DENIED
   */
  static void require(JarDescriptor jar, PluginCapability capability, String what) {
    if (!jar.capabilities().contains(capability)) {
      throw new MonitorException(
          PLUGIN_CAPABILITY_DENIED,
          Blame.PLUGIN,
          "Plugin "
              + jar.id()
              + " "
              + what
              + ", but its manifest does not declare 'Plugin-Capabilities: "
              + capability.word()
              + "'");
    }
  }

  @Override
  public Optional<Target> target() {
    return context.target();
  }

  @Override
  public Settings config() {
    return context.config();
  }

  @Override
  public System.Logger log() {
    return context.log();
  }

  @Override
  public InstantSource clock() {
    return context.clock();
  }

  @Override
  public RandomGenerator random() {
    return context.random();
  }

  @Override
  public History history() {
    return context.history();
  }

  @Override
  public HttpService http() {
    return context.http();
  }

  @Override
  public HttpService http(URI base) {
    require(jar, PluginCapability.HTTP, "wants to talk to " + base.getHost());
    return context.http(base);
  }

  @Override
  public Schedule schedule() {
    require(jar, PluginCapability.SCHEDULE, "wants to schedule work of its own");
    return context.schedule();
  }

  @Override
  public Events events() {
    return context.events();
  }

  @Override
  public Meter meter() {
    return context.meter();
  }

  @Override
  public Secrets secrets() {
    return context.secrets();
  }

  @Override
  public PluginState state() {
    return context.state();
  }

  @Override
  public void onClose(Runnable task) {
    context.onClose(task);
  }
}
