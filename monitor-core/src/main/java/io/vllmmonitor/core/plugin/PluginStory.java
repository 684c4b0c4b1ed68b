package io.vllmmonitor.core.plugin;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.code.CodeTransition;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything about one unit that helps to understand where it stands. Immutable.
 *
 * @param remedy what would bring it back, or that nothing is wrong
 * @param probation how long it is still on probation; zero while calls are missing; null when it is
 *     not
 * @param dependencies the units that must run before it
 * @param dependents the running units that are started again with it
 * @param calls since it was started
 * @param health of its instances; empty when it does not run
 * @param generations all of them, newest first
 * @param transitions the newest, newest first
 */
public record PluginStory(
    PluginSummary summary,
    String remedy,
    @Nullable Duration probation,
    List<String> dependencies,
    List<String> dependents,
    UnitCalls calls,
    List<InstanceHealth> health,
    List<CodeGeneration> generations,
    List<CodeTransition> transitions) {
  public PluginStory {
    requireNonNull(summary, "summary");
    requireNonNull(remedy, "remedy");
    dependencies = List.copyOf(dependencies);
    dependents = List.copyOf(dependents);
    requireNonNull(calls, "calls");
    health = List.copyOf(health);
    generations = List.copyOf(generations);
    transitions = List.copyOf(transitions);
  }
}
