package io.vllmmonitor.core.plugin;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.code.LifePhase;
import io.vllmmonitor.api.plugin.PluginStatus;
import java.util.List;

/**
 * One unit of code, jar or dropped source, as people see it. Immutable.
 *
 * @param generation the newest one that was not rejected, with a newer one's rejection in its
 *     reason; the rejected one where nothing else counts
 * @param phase where that generation stands in its life; {@code status} is its summary
 * @param extensions what it brings, as {@code kind:id}; empty when it does not run
 */
public record PluginSummary(
    CodeGeneration generation, LifePhase phase, PluginStatus status, List<String> extensions) {
  public PluginSummary {
    requireNonNull(generation, "generation");
    requireNonNull(phase, "phase");
    requireNonNull(status, "status");
    extensions = List.copyOf(extensions);
  }
}
