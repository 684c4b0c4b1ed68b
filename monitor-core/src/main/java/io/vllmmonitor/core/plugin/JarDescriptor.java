package io.vllmmonitor.core.plugin;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * What the manifest and the services file of a plugin jar say. Immutable.
 *
 * @param entry binary name of its one {@code MonitorPlugin}
 * @param dependencies ids of plugins that must run first
 */
record JarDescriptor(String id, String version, String entry, List<String> dependencies) {
  JarDescriptor {
    requireNonNull(id, "id");
    requireNonNull(version, "version");
    requireNonNull(entry, "entry");
    dependencies = List.copyOf(dependencies);
  }
}
