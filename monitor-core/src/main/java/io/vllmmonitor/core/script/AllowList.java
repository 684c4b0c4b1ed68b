package io.vllmmonitor.core.script;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The types and members that a dropped source of one kind may use. What is not listed is refused: a
 * new method of the JDK is closed until someone has thought about it. Beside what the words say,
 * nothing listed here reads a file, a clock or a property, starts a thread, or does work that is
 * not bounded by its arguments, {@link Guarded} included. Immutable.
 */
final class AllowList {
  /** Types that may be named, caught, cast to and passed on, without members of their own. */
  private static final Set<String> BARE_TYPES =
      Set.of(
          "java/lang/Void",
          "java/lang/Class",
          "java/lang/Cloneable",
          "java/io/Serializable",
          "java/lang/Error",
          "java/lang/ClassCastException",
          "java/lang/NullPointerException",
          "java/lang/IndexOutOfBoundsException",
          "java/lang/ArrayIndexOutOfBoundsException",
          "java/lang/StringIndexOutOfBoundsException",
          "java/lang/NegativeArraySizeException",
          "java/lang/ArrayStoreException",
          "java/lang/NumberFormatException",
          "java/lang/NoSuchFieldError",
          "java/lang/Override",
          "java/lang/Deprecated",
          "java/lang/FunctionalInterface",
          "java/lang/SafeVarargs",
          "java/lang/SuppressWarnings",
          "java/util/NoSuchElementException",
          "java/util/ConcurrentModificationException",
          "io/vllmmonitor/api/error/MonitorException");

  private static final AllowList COMMON = new AllowList(AllowedMembers.read(AllowedMembers.COMMON));
  private static final Map<SourceKind, AllowList> OF_KIND = ofKind();

  private final Map<String, Set<String>> methods;

  private AllowList(Map<String, Set<String>> methods) {
    this.methods = methods;
  }

  /** What sources of this kind may use. */
  static AllowList of(SourceKind kind) {
    return OF_KIND.getOrDefault(kind, COMMON);
  }

  private static Map<SourceKind, AllowList> ofKind() {
    Map<SourceKind, AllowList> lists = new HashMap<>();
    for (SourceKind kind : SourceKind.values()) {
      Map<String, Set<String>> merged = new HashMap<>(COMMON.methods);
      AllowedMembers.read(AllowedMembers.more(kind))
          .forEach((type, names) -> merged.merge(type, names, AllowList::union));
      lists.put(kind, new AllowList(Map.copyOf(merged)));
    }
    return Map.copyOf(lists);
  }

  private static Set<String> union(Set<String> left, Set<String> right) {
    Set<String> both = new HashSet<>(left);
    both.addAll(right);
    return Set.copyOf(both);
  }

  /** Whether a type, by internal name, exists for these sources. */
  boolean showsType(String type) {
    return methods.containsKey(type) || BARE_TYPES.contains(type);
  }

  /** Whether a source may call a method declared for this owner. */
  boolean allowsMethod(String owner, String name, String descriptor) {
    Set<String> names = methods.get(owner);
    if (names == null) {
      return false;
    }
    String arguments = descriptor.substring(1, descriptor.indexOf(')'));
    String exact = name + "(" + arguments + ")";
    if (names.contains("-" + name) || names.contains("-" + exact)) {
      return false;
    }
    return names.contains(exact)
        || (!name.equals("<init>") && (names.contains(name) || names.contains("*")));
  }

  /** Whether a source may read a field of this owner: constants of listed types are harmless. */
  boolean allowsField(String owner) {
    return methods.containsKey(owner) && !owner.equals("java/lang/System");
  }

  /** What to write instead, where there is something to say. */
  static @Nullable String hint(String owner, String name) {
    String call = owner + "." + name;
    if (owner.startsWith("java/util/regex/")
        || Set.of("matches", "split", "replaceAll", "replaceFirst").contains(name)) {
      return "regular expressions can run for ever; use contains, startsWith or indexOf";
    }
    if (owner.equals("io/vllmmonitor/api/plugin/PluginContext")) {
      return "guardrails and predictors are functions of their view: time is view.now(), data is the"
          + " view; only a metrics source has http(); a plugin jar has the other services";
    }
    if (owner.startsWith("java/util/stream/") || name.equals("stream")) {
      return "there are no streams; write a loop";
    }
    return switch (call) {
      case "java/lang/Double.parseDouble", "java/lang/Double.valueOf" ->
          "read numbers of the configuration with Settings.number";
      case "java/lang/Integer.valueOf", "java/lang/Long.valueOf" ->
          "read whole numbers with parseInt and parseLong";
      case "io/vllmmonitor/api/plugin/HttpCall.post" ->
          "a source only reads; what changes a server is a mitigation's plan";
      case "java/util/Map.of", "java/util/Set.of", "java/util/Map.entry" ->
          "make an empty HashMap or HashSet and add to it";
      case "java/time/Instant.now", "java/lang/System.currentTimeMillis" ->
          "the time is view.now()";
      case "java/lang/Math.random" -> "a verdict must be replayable; there is no randomness";
      case "java/lang/String.format", "java/lang/String.formatted" ->
          "build text with +, and round numbers with Math.round";
      case "java/lang/String.repeat", "java/lang/String.replace", "java/lang/String.join" ->
          "build text with + or a StringBuilder";
      default ->
          name.equals("addAll") || name.equals("putAll") || name.equals("<init>")
              ? "make the empty one and add elements one by one"
              : null;
    };
  }
}
