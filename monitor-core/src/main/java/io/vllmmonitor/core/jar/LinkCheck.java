package io.vllmmonitor.core.jar;

import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_LINK;

import io.vllmmonitor.core.config.NearestName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.objectweb.asm.ClassReader;

/**
 * Resolves everything that the classes of a jar name of the API against the API that runs, as the
 * JVM would at the first call, so that a plugin that was built against another one is refused when
 * it is installed and not in the middle of the night. Names of the daemon's insides are refused
 * too. Confined to one thread.
 */
final class LinkCheck {
  private static final int MOST_TOLD = 5;

  /** With more words than that, looking for them costs more than reading the class. */
  private static final int MOST_WORDS = 50;

  private final JarClasses classes;
  private final KnownTypes types;
  private final boolean hasDependencies;
  private final JarProblem problem;
  private final Map<String, Boolean> descendants = new HashMap<>();
  private final Set<String> resolved = new HashSet<>();
  private final Map<String, String> failures = new LinkedHashMap<>();

  /** Whether something is there. */
  private enum Found {
    YES,
    NO,
    /** The search left the jar and the API, for instance into a plugin that it depends on. */
    UNKNOWN
  }

  /**
   * @param hasDependencies whether the jar sees classes of other plugins
   */
  LinkCheck(JarClasses classes, KnownTypes types, boolean hasDependencies, JarProblem problem) {
    this.classes = classes;
    this.types = types;
    this.hasDependencies = hasDependencies;
    this.problem = problem;
  }

  /**
   * Checks all classes.
   *
   * @throws io.vllmmonitor.api.error.MonitorException PLUGIN_LINK, naming up to five things that
   *     are missing and how many more there are
   */
  void check() {
    List<String> words = words();
    for (String name : classes.names()) {
      classes.visitIfMentions(
          name, words, new ReferenceVisitor(this::resolve), ClassReader.SKIP_FRAMES);
      checkImplemented(name);
    }
    if (failures.isEmpty()) {
      return;
    }
    String told = failures.values().stream().limit(MOST_TOLD).collect(Collectors.joining("; "));
    int more = failures.size() - MOST_TOLD;
    throw problem.of(
        PLUGIN_LINK,
        "does not fit the API of this daemon ("
            + JarManifest.API
            + "): "
            + told
            + (more > 0 ? "; and " + more + " more" : "")
            + ". Build it against the monitor-api of this daemon");
  }

  /**
   * One of these stands in every class that matters: our package, or the name of a class of the jar
   * that extends something of it. Libraries that the jar carries mention none of them.
   */
  private List<String> words() {
    List<String> words = new ArrayList<>(List.of(JarClasses.OURS));
    classes.names().stream().filter(this::descends).forEach(words::add);
    return words.size() > MOST_WORDS ? List.of() : words;
  }

  private void resolve(Reference reference) {
    String owner = reference.owner();
    boolean relevant =
        owner.startsWith(JarClasses.OURS)
            || (!reference.name().isEmpty() && classes.contains(owner) && descends(owner));
    if (!relevant || !resolved.add(reference.target())) {
      return;
    }
    if (reference.name().isEmpty()) {
      resolveType(reference);
    } else if (canResolve(owner)
        && find(owner, reference.name(), reference.descriptor(), new HashSet<>()) == Found.NO) {
      failures.put(reference.target(), missingMember(reference));
    }
  }

  /** A missing type is told once, not again for each of its members. */
  private boolean canResolve(String owner) {
    return classes.contains(owner)
        || (owner.startsWith(JarClasses.API) && types.members(owner).isPresent());
  }

  private void resolveType(Reference reference) {
    String name = reference.owner();
    if (classes.contains(name)) {
      return;
    }
    if (name.startsWith(JarClasses.API)) {
      if (types.members(name).isEmpty()) {
        failures.put(reference.target(), missingType(reference));
      }
    } else if (!(hasDependencies && name.startsWith(JarClasses.BUNDLED))) {
      failures.put(
          reference.target(),
          reference.place()
              + " names "
              + JavaForm.type(name)
              + ", which is an inner part of the monitor and not shown to plugins; use what"
              + " io.vllmmonitor.api has, above all io.vllmmonitor.api.plugin.PluginContext");
    }
  }

  private String missingType(Reference reference) {
    List<String> known = types.apiTypes();
    Optional<String> same =
        known.stream()
            .filter(type -> JavaForm.simple(type).equals(JavaForm.simple(reference.owner())))
            .findFirst();
    String hint =
        same.or(() -> NearestName.of(reference.owner(), known))
            .map(type -> "; the nearest is " + JavaForm.type(type))
            .orElse("");
    return reference.place()
        + " names "
        + JavaForm.type(reference.owner())
        + ", which is not there"
        + hint;
  }

  private String missingMember(Reference reference) {
    boolean method = reference.descriptor().startsWith("(");
    return reference.place()
        + (method ? " calls " : " uses ")
        + JavaForm.member(
            JavaForm.type(reference.owner()), reference.name(), reference.descriptor())
        + ", which is not there"
        + nearest(reference, method);
  }

  private String nearest(Reference reference, boolean method) {
    List<KnownTypes.Member> candidates =
        apiSupers(reference.owner()).stream()
            .flatMap(type -> types.members(type).orElse(Set.of()).stream())
            .filter(member -> member.isMethod() == method)
            .distinct()
            .sorted((left, right) -> order(left).compareTo(order(right)))
            .toList();
    Optional<String> name =
        NearestName.of(reference.name(), candidates.stream().map(KnownTypes.Member::name).toList());
    return name.flatMap(
            nearest ->
                candidates.stream().filter(member -> member.name().equals(nearest)).findFirst())
        .map(
            member ->
                "; the nearest is "
                    + JavaForm.member(
                        JavaForm.simple(reference.owner()), member.name(), member.descriptor()))
        .orElse("");
  }

  private static String order(KnownTypes.Member member) {
    return member.name() + " " + member.descriptor();
  }

  /** The API types that a type is, or extends. */
  private Set<String> apiSupers(String type) {
    Set<String> supers = new HashSet<>();
    collect(type, supers, new HashSet<>());
    return supers;
  }

  private void collect(String type, Set<String> supers, Set<String> seen) {
    if (type.startsWith(JarClasses.API)) {
      supers.add(type);
    } else if (classes.contains(type) && seen.add(type)) {
      classes.shape(type).supers().forEach(parent -> collect(parent, supers, seen));
    }
  }

  /** Whether a class of the jar extends or implements something of the API. */
  private boolean descends(String type) {
    Boolean known = descendants.get(type);
    if (known == null) {
      known = !apiSupers(type).isEmpty();
      descendants.put(type, known);
    }
    return known;
  }

  private Found find(String owner, String name, String descriptor, Set<String> seen) {
    if (!seen.add(owner)) {
      return Found.NO;
    }
    if (KnownTypes.covers(owner)) {
      return types
          .members(owner)
          .map(all -> all.contains(new KnownTypes.Member(name, descriptor)) ? Found.YES : Found.NO)
          .orElse(Found.UNKNOWN);
    }
    if (!classes.contains(owner)) {
      return Found.UNKNOWN;
    }
    String own = descriptor.startsWith("(") ? name + descriptor : name + ":" + descriptor;
    if (classes.members(owner).contains(own)) {
      return Found.YES;
    }
    return name.equals("<init>") ? Found.NO : findAbove(owner, name, descriptor, seen);
  }

  private Found findAbove(String owner, String name, String descriptor, Set<String> seen) {
    Found result = Found.NO;
    for (String parent : classes.shape(owner).supers()) {
      Found found = find(parent, name, descriptor, seen);
      if (found == Found.YES) {
        return Found.YES;
      }
      result = found == Found.UNKNOWN ? Found.UNKNOWN : result;
    }
    return result;
  }

  /** A class that is made must have all that the API calls; older ones may lack what is newer. */
  private void checkImplemented(String name) {
    if (!classes.shape(name).isConcrete() || !descends(name)) {
      return;
    }
    Set<String> closure = new HashSet<>();
    if (!closes(name, closure)) {
      return;
    }
    for (String type : apiSupers(name)) {
      for (KnownTypes.Member method : types.abstractMethods(type)) {
        if (!isImplemented(method, closure)) {
          failures.put(
              name + " lacks " + order(method),
              JavaForm.type(name)
                  + " lacks "
                  + JavaForm.member(JavaForm.type(type), method.name(), method.descriptor())
                  + ", which the monitor calls");
        }
      }
    }
  }

  /** Collects a class and all above it in the jar; false where something above is not known. */
  private boolean closes(String type, Set<String> closure) {
    if (KnownTypes.covers(type)) {
      closure.add(type);
      return types.members(type).isPresent();
    }
    if (!classes.contains(type)) {
      return false;
    }
    return !closure.add(type)
        || classes.shape(type).supers().stream().allMatch(parent -> closes(parent, closure));
  }

  private boolean isImplemented(KnownTypes.Member method, Set<String> closure) {
    String own = method.name() + method.descriptor();
    return closure.stream()
        .anyMatch(
            type ->
                classes.contains(type)
                    ? classes.members(type).contains(own)
                    : types.members(type).orElse(Set.of()).contains(method)
                        && !types.abstractMethods(type).contains(method));
  }
}
