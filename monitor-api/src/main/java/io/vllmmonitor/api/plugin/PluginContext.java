package io.vllmmonitor.api.plugin;

import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.extension.Incubating;
import io.vllmmonitor.api.history.History;
import io.vllmmonitor.api.target.Target;
import java.net.URI;
import java.time.InstantSource;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The services of one set of instances: those of one plugin for one target, or those that exist
 * once per daemon. Given to the methods of {@link MonitorPlugin} and to the constructor of a
 * dropped source; extensions keep what they need. Everything is released when the set is unloaded,
 * or at once where the plugin brought no instance for it: tasks end, metrics go, and the services
 * throw IllegalStateException. Thread-safe.
 */
@Incubating(review = "2027-03-01")
public interface PluginContext {
  /**
   * The target these instances are for; empty for kinds that exist once per daemon (discoveries,
   * learners, notifiers, exporters).
   */
  Optional<Target> target();

  /** The plugin's section of the configuration. */
  Settings config();

  /** A log under the plugin's name. */
  System.Logger log();

  /**
   * The time; virtual in tests and replays. While a guardrail or predictor is being evaluated it
   * stands at the instant of the view, on the thread that evaluates.
   */
  InstantSource clock();

  /**
   * Randomness; seeded in tests and replays. While a guardrail or predictor is being evaluated it
   * follows from the code, the extension, the target and the instant of the view, on the thread
   * that evaluates, so that a replay draws the same. What an instance draws when it is made, or
   * outside of its calls, no replay can draw again.
   */
  RandomGenerator random();

  /** What was remembered, read-only. */
  History history();

  /**
   * HTTP to the target.
   *
   * @throws IllegalStateException when there is no target, or after the plugin was unloaded
   */
  HttpService http();

  /**
   * HTTP to another server, with the limits of {@link HttpService} and no secret of any target.
   * Allowed where the operator names the server in the plugin's section: in the key {@code
   * allowed_hosts}, a list of {@code host} or {@code host:port} parted by commas, or as the value
   * of {@code url} or of a key that ends in {@code _url}. A host without a port allows the usual
   * one, 80 or 443. What a dropped source brings as defaults allows nothing. A jar needs {@code
   * Plugin-Capabilities: http} in its manifest too.
   *
   * @param base http or https with a host; paths of calls are appended to it
   * @throws io.vllmmonitor.api.error.MonitorException PLUGIN_CAPABILITY_DENIED when the operator
   *     did not allow it, or the manifest does not declare it
   * @throws IllegalArgumentException when it is no http or https URL
   * @throws IllegalStateException after the plugin was unloaded
   */
  HttpService http(URI base);

  /**
   * Work that the plugin does by itself, now and then. A jar needs {@code Plugin-Capabilities:
   * schedule} in its manifest.
   *
   * @throws io.vllmmonitor.api.error.MonitorException PLUGIN_CAPABILITY_DENIED when the manifest
   *     does not declare it
   */
  Schedule schedule();

  /** What the plugin has to tell people about itself. */
  Events events();

  /** Numbers about the plugin on the monitor's own {@code /metrics}. */
  Meter meter();

  /** The secrets that the configuration refers to. */
  Secrets secrets();

  /** The saved state of these instances. */
  PluginState state();

  /**
   * Runs something once when these instances are unloaded, after the extensions' {@code close()};
   * what was registered last runs first. All together have 10 s; what they throw becomes a problem.
   *
   * @throws IllegalStateException when 100 wait already, or after the plugin was unloaded
   */
  void onClose(Runnable task);
}
