package io.vllmmonitor.core.jar;

import static java.util.Objects.requireNonNull;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Which of some plugins needs which, whatever their versions. Immutable. */
public final class DependencyGraph {
  private final Map<String, JarDescriptor> jars;

  private DependencyGraph(Map<String, JarDescriptor> jars) {
    this.jars = jars;
  }

  /** The graph of these jars; of two with the same id the later one counts. */
  public static DependencyGraph of(Collection<JarDescriptor> jars) {
    Map<String, JarDescriptor> byId = new TreeMap<>();
    jars.forEach(jar -> byId.put(jar.id(), jar));
    return new DependencyGraph(byId);
  }

  /**
   * All ids, each after everything that it depends on, optional ones included where they are there;
   * by name where nothing else decides. Within a cycle the order is by name.
   */
  public List<String> startOrder() {
    Set<String> ordered = new LinkedHashSet<>();
    Set<String> entered = new TreeSet<>();
    jars.keySet().forEach(id -> visit(id, entered, ordered));
    return List.copyOf(ordered);
  }

  /** Depth is bounded: {@link Dependency} lists are short, and every id is entered once. */
  private void visit(String first, Set<String> entered, Set<String> ordered) {
    Deque<String> stack = new ArrayDeque<>();
    stack.push(first);
    while (!stack.isEmpty()) {
      String id = stack.peek();
      if (entered.add(id)) {
        List<String> bases = new ArrayList<>(bases(id));
        Collections.reverse(bases);
        bases.stream().filter(base -> !entered.contains(base)).forEach(stack::push);
      } else {
        stack.pop();
        ordered.add(id);
      }
    }
  }

  /**
   * A cycle of required dependencies through a plugin, in full: {@code [a, b, a]}.
   *
   * @return empty where there is none
   */
  public Optional<List<String>> cycleThrough(String id) {
    Map<String, String> cameFrom = new TreeMap<>();
    Deque<String> open = new ArrayDeque<>(List.of(id));
    while (!open.isEmpty()) {
      String at = open.poll();
      for (String base : required(at)) {
        if (base.equals(id)) {
          return Optional.of(path(id, at, cameFrom));
        }
        if (!cameFrom.containsKey(base)) {
          cameFrom.put(base, at);
          open.add(base);
        }
      }
    }
    return Optional.empty();
  }

  private static List<String> path(String id, String last, Map<String, String> cameFrom) {
    List<String> backwards = new ArrayList<>(List.of(id));
    String at = last;
    while (!at.equals(id)) {
      backwards.add(at);
      at = requireNonNull(cameFrom.get(at), at);
    }
    backwards.add(id);
    Collections.reverse(backwards);
    return List.copyOf(backwards);
  }

  private List<String> required(String id) {
    JarDescriptor jar = jars.get(id);
    return jar == null
        ? List.of()
        : jar.dependencies().stream()
            .filter(dependency -> !dependency.optional())
            .map(Dependency::id)
            .sorted()
            .toList();
  }

  private List<String> bases(String id) {
    JarDescriptor jar = jars.get(id);
    return jar == null
        ? List.of()
        : jar.dependencies().stream()
            .map(Dependency::id)
            .filter(jars::containsKey)
            .sorted()
            .toList();
  }
}
