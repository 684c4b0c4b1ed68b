package io.vllmmonitor.core.config;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.target.Target;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The checked configuration of a daemon. Immutable.
 *
 * @param targets no two with the same id; empty means "look for servers on this machine"
 * @param sections every section of {@link ConfigKeys#SECTIONS}, defaults filled in
 * @param plugins the settings of each plugin that has some, by plugin id
 */
public record MonitorConfig(
    Path data,
    ListenAddress listen,
    List<Target> targets,
    Map<String, Settings> sections,
    Map<String, Settings> plugins) {
  public MonitorConfig {
    requireNonNull(data, "data");
    requireNonNull(listen, "listen");
    targets = List.copyOf(targets);
    sections = Map.copyOf(sections);
    plugins = Map.copyOf(plugins);
  }

  /** The same configuration for other targets. */
  public MonitorConfig withTargets(List<Target> others) {
    return new MonitorConfig(data, listen, others, sections, plugins);
  }

  /** A section that {@link ConfigKeys#SECTIONS} knows. */
  public Settings section(String name) {
    return requireNonNull(sections.get(name), name);
  }

  /** The settings of a plugin; empty when it has none. */
  public Settings plugin(String id) {
    return plugins.getOrDefault(id, Settings.empty());
  }
}
