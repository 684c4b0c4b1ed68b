package io.vllmmonitor.core.jar;

import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_CONFLICT;
import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_DEPENDENCY_CYCLE;
import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_DEPENDENCY_MISSING;
import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_REQUIREMENT;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Whether a checked jar can run now: beside what runs, and on this machine. Stateless. */
public final class JarResolver {
  private JarResolver() {}

  /**
   * What keeps a jar from running now; all of it may change without the jar, so ask again whenever
   * a plugin starts or stops.
   *
   * @param running descriptors of the plugins that run, by id; one of the jar's own id is the one
   *     that it would replace
   * @param waiting jars that wait as well, of which it may be part of a cycle
   * @param machine asked only where the jar asks for something
   * @return PLUGIN_CONFLICT, PLUGIN_DEPENDENCY_CYCLE, PLUGIN_DEPENDENCY_MISSING or
   *     PLUGIN_REQUIREMENT; empty where it can run
   */
  public static Optional<MonitorException> objection(
      JarDescriptor jar,
      String file,
      Map<String, JarDescriptor> running,
      Collection<JarDescriptor> waiting,
      Supplier<Machine> machine) {
    JarProblem problem = new JarProblem(file);
    return conflict(jar, running, problem)
        .or(() -> cycle(jar, running, waiting, problem))
        .or(() -> missing(jar, running, problem))
        .or(() -> unmet(jar, machine, problem));
  }

  /** Whether a refusal with this code may pass without a change of the jar. */
  public static boolean mayPass(ErrorCode code) {
    return switch (code) {
      case PLUGIN_CONFLICT,
          PLUGIN_DEPENDENCY_CYCLE,
          PLUGIN_DEPENDENCY_MISSING,
          PLUGIN_REQUIREMENT,
          PLUGIN_SIGNATURE,
          PLUGIN_UNTRUSTED_FILE ->
          true;
      default -> false;
    };
  }

  private static Optional<MonitorException> conflict(
      JarDescriptor jar, Map<String, JarDescriptor> running, JarProblem problem) {
    for (JarDescriptor other : running.values()) {
      if (other.id().equals(jar.id())) {
        continue;
      }
      Optional<Dependency> named = clash(jar, other).or(() -> clash(other, jar));
      if (named.isPresent()) {
        return Optional.of(
            problem.of(
                PLUGIN_CONFLICT,
                "is not run beside "
                    + other.id()
                    + " "
                    + other.version()
                    + ", which runs: "
                    + (clash(jar, other).isPresent() ? "it" : "that one")
                    + " declares a conflict with "
                    + named.get()
                    + "; it starts once you disable "
                    + other.id()));
      }
    }
    return Optional.empty();
  }

  private static Optional<Dependency> clash(JarDescriptor jar, JarDescriptor other) {
    return jar.conflicts().stream()
        .filter(conflict -> conflict.id().equals(other.id()) && conflict.accepts(other.version()))
        .findFirst();
  }

  private static Optional<MonitorException> cycle(
      JarDescriptor jar,
      Map<String, JarDescriptor> running,
      Collection<JarDescriptor> waiting,
      JarProblem problem) {
    List<JarDescriptor> all = new ArrayList<>(running.values());
    all.addAll(waiting);
    all.add(jar);
    return DependencyGraph.of(all)
        .cycleThrough(jar.id())
        .map(
            cycle ->
                problem.of(
                    PLUGIN_DEPENDENCY_CYCLE,
                    "cannot start: the plugins need each other in a circle, "
                        + String.join(" → ", cycle)
                        + "; take one of these dependencies out"));
  }

  private static Optional<MonitorException> missing(
      JarDescriptor jar, Map<String, JarDescriptor> running, JarProblem problem) {
    String missing =
        jar.dependencies().stream()
            .filter(dependency -> !isMet(dependency, running))
            .map(dependency -> describe(dependency, running))
            .collect(Collectors.joining("; "));
    return missing.isEmpty()
        ? Optional.empty()
        : Optional.of(
            problem.of(
                PLUGIN_DEPENDENCY_MISSING,
                "waits for plugins: " + missing + ". It starts when they run"));
  }

  private static boolean isMet(Dependency dependency, Map<String, JarDescriptor> running) {
    JarDescriptor base = running.get(dependency.id());
    return dependency.optional() || (base != null && dependency.accepts(base.version()));
  }

  private static String describe(Dependency dependency, Map<String, JarDescriptor> running) {
    JarDescriptor base = running.get(dependency.id());
    return base == null
        ? "it needs " + dependency + ", which does not run"
        : "it needs " + dependency + ", but version " + base.version() + " runs";
  }

  private static Optional<MonitorException> unmet(
      JarDescriptor jar, Supplier<Machine> machine, JarProblem problem) {
    if (jar.hardware().isEmpty()) {
      return Optional.empty();
    }
    Machine here = machine.get();
    String unmet =
        jar.hardware().stream()
            .flatMap(requirement -> requirement.unmet(here).stream())
            .collect(Collectors.joining(", "));
    return unmet.isEmpty()
        ? Optional.empty()
        : Optional.of(
            problem.of(
                PLUGIN_REQUIREMENT,
                "waits for another machine: it needs "
                    + unmet
                    + ". It starts where Plugin-Requires-Hardware holds"));
  }
}
