package io.vllmmonitor.core.plugin;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.code.LifePhase;
import io.vllmmonitor.api.plugin.PluginStatus;
import io.vllmmonitor.api.plugin.PluginType;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * One unit of code, jar or dropped source, as people see it. Immutable.
 *
 * @param generation the newest one that was not rejected, with a newer one's rejection in its
 *     reason; the rejected one where nothing else counts
 * @param phase where that generation stands in its life; {@code status} is its summary
 * @param extensions what it brings, as {@code kind:id}; empty when it does not run
 * @param trust why its jar may run: {@code bundled}, {@code pinned}, {@code signed SHA256:…},
 *     {@code approved} or {@code unsigned}; empty for a source
 * @param compiler what made the classes of a running source, {@code janino} or {@code javac}; empty
 *     for anything else
 */
public record PluginSummary(
    CodeGeneration generation,
    LifePhase phase,
    PluginStatus status,
    List<String> extensions,
    String trust,
    String compiler) {
  public PluginSummary {
    requireNonNull(generation, "generation");
    requireNonNull(phase, "phase");
    requireNonNull(status, "status");
    extensions = List.copyOf(extensions);
    requireNonNull(trust, "trust");
    requireNonNull(compiler, "compiler");
  }

  /**
   * What the unit is for, in the order of the words: those of what it brings. One that runs and
   * brings nothing is a COMPONENT, for others to build on; what one brings that does not run is not
   * known, so it is just an EXTENSION.
   */
  public Set<PluginType> types() {
    Set<PluginType> types = EnumSet.noneOf(PluginType.class);
    for (String name : extensions) {
      types.add(
          ExtensionKind.ofName(name).map(ExtensionKind::pluginType).orElse(PluginType.EXTENSION));
    }
    if (types.isEmpty()) {
      types.add(status == PluginStatus.LOADED ? PluginType.COMPONENT : PluginType.EXTENSION);
    }
    return Collections.unmodifiableSet(types);
  }
}
