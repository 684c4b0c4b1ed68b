package io.vllmmonitor.api.plugin;

import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.history.History;
import io.vllmmonitor.api.target.Target;
import java.time.InstantSource;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The services of one set of instances. Given to the methods of {@link MonitorPlugin} and to the
 * constructor of a dropped source; extensions keep what they need. Thread-safe; useless after the
 * plugin was unloaded.
 */
public interface PluginContext {
  /**
   * The target these instances are for; empty for kinds that exist once per daemon (discoveries,
   * learners).
   */
  Optional<Target> target();

  /** The plugin's section of the configuration. */
  Settings config();

  /** A log under the plugin's name. */
  System.Logger log();

  /** The time; virtual in tests and replays. */
  InstantSource clock();

  /** Randomness; seeded in tests and replays. */
  RandomGenerator random();

  /** What was remembered, read-only. */
  History history();

  /**
   * HTTP to the target.
   *
   * @throws IllegalStateException when there is no target
   */
  TargetHttp http();
}
