package io.vllmmonitor.core.jar;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Set;

/**
 * What the manifest and the services file of a plugin jar say, checked. Immutable.
 *
 * @param version as written; {@link Version#parse} reads it
 * @param entry binary name of its one {@code MonitorPlugin}
 * @param dependencies plugins that must run first
 * @param conflicts plugins that it does not run beside
 * @param capabilities what it may do beyond looking and judging
 * @param hardware what the machine of the daemon must have
 */
public record JarDescriptor(
    String id,
    String version,
    String entry,
    List<Dependency> dependencies,
    List<Dependency> conflicts,
    Set<PluginCapability> capabilities,
    List<HardwareRequirement> hardware) {
  public JarDescriptor {
    requireNonNull(id, "id");
    requireNonNull(version, "version");
    requireNonNull(entry, "entry");
    dependencies = List.copyOf(dependencies);
    conflicts = List.copyOf(conflicts);
    capabilities = Set.copyOf(capabilities);
    hardware = List.copyOf(hardware);
  }

  /** Whether it can do with this version of another plugin, or without any. */
  public boolean accepts(String id, String ofVersion) {
    return dependencies.stream()
        .filter(dependency -> dependency.id().equals(id) && !dependency.optional())
        .allMatch(dependency -> dependency.accepts(ofVersion));
  }
}
