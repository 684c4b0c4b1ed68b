package io.vllmmonitor.core.script;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The types and members that a dropped source may use. What is not listed is refused: a new method
 * of the JDK is closed until someone has thought about it. Beside what the words say, nothing
 * listed here reads a file, a clock or a property, starts a thread, or does work that is not
 * bounded by its arguments, {@link Guarded} included. Immutable.
 */
final class AllowList {
  /**
   * One type a line, then its methods by name; {@code <init>} is followed by the descriptors of its
   * constructors. {@code *} lists every method except those named with a minus.
   */
  private static final String MEMBERS =
      """
      java/lang/Object <init>() toString hashCode equals
      java/lang/Enum <init>(Ljava/lang/String;I) valueOf name ordinal toString compareTo equals hashCode
      java/lang/Comparable compareTo
      java/lang/Iterable iterator
      java/lang/CharSequence length charAt
      java/lang/System arraycopy
      java/lang/Math * -random
      java/lang/StrictMath * -random
      java/lang/Double * -<init> -describeConstable -resolveConstantDesc -parseDouble -valueOf(Ljava/lang/String;)
      java/lang/Float * -<init> -describeConstable -resolveConstantDesc -parseFloat -valueOf(Ljava/lang/String;)
      java/lang/Long * -<init> -getLong -describeConstable -resolveConstantDesc
      java/lang/Integer * -<init> -getInteger -describeConstable -resolveConstantDesc
      java/lang/Short valueOf shortValue intValue equals hashCode toString compareTo
      java/lang/Byte valueOf byteValue intValue equals hashCode toString compareTo
      java/lang/Boolean valueOf booleanValue parseBoolean equals hashCode toString compareTo
      java/lang/Character valueOf charValue isDigit isLetter isLetterOrDigit isWhitespace isUpperCase isLowerCase toUpperCase toLowerCase equals hashCode toString compareTo
      java/lang/Number intValue longValue doubleValue floatValue
      java/lang/String length charAt isEmpty isBlank equals equalsIgnoreCase compareTo compareToIgnoreCase startsWith endsWith contains indexOf lastIndexOf substring trim strip toLowerCase() toUpperCase() hashCode toString valueOf concat
      java/lang/StringBuilder <init>() <init>(Ljava/lang/String;) append length toString charAt reverse deleteCharAt
      java/lang/Throwable getMessage toString
      java/lang/Exception <init>(Ljava/lang/String;) <init>() getMessage
      java/lang/RuntimeException <init>(Ljava/lang/String;) <init>() getMessage
      java/lang/IllegalStateException <init>(Ljava/lang/String;) <init>() getMessage
      java/lang/IllegalArgumentException <init>(Ljava/lang/String;) <init>() getMessage
      java/lang/ArithmeticException <init>(Ljava/lang/String;) <init>() getMessage
      java/util/Collection size isEmpty contains iterator add remove clear
      java/util/List size isEmpty contains iterator add(Ljava/lang/Object;) get remove clear of sort
      java/util/Set size isEmpty contains iterator add remove clear
      java/util/SortedSet size isEmpty contains iterator add remove clear first last
      java/util/Map size isEmpty get put remove(Ljava/lang/Object;) containsKey keySet values entrySet clear
      java/util/Map$Entry getKey getValue
      java/util/Iterator hasNext next remove
      java/util/Queue size isEmpty iterator add peek poll clear
      java/util/Deque size isEmpty iterator add addFirst addLast peekFirst peekLast pollFirst pollLast peek poll push pop clear
      java/util/ArrayList <init>() size isEmpty contains iterator add(Ljava/lang/Object;) get remove clear sort
      java/util/ArrayDeque <init>() size isEmpty iterator add addFirst addLast peekFirst peekLast pollFirst pollLast peek poll push pop clear
      java/util/HashMap <init>() size isEmpty get put remove(Ljava/lang/Object;) containsKey keySet values entrySet clear
      java/util/LinkedHashMap <init>() size isEmpty get put remove(Ljava/lang/Object;) containsKey keySet values entrySet clear
      java/util/TreeMap <init>() size isEmpty get put remove(Ljava/lang/Object;) containsKey keySet values entrySet clear firstKey lastKey
      java/util/HashSet <init>() size isEmpty contains iterator add remove clear
      java/util/LinkedHashSet <init>() size isEmpty contains iterator add remove clear
      java/util/TreeSet <init>() size isEmpty contains iterator add remove clear first last
      java/util/Collections sort(Ljava/util/List;) sort(Ljava/util/List;Ljava/util/Comparator;) emptyList emptyMap emptySet
      java/util/Comparator compare
      java/util/Optional get isPresent isEmpty orElse
      java/time/Duration ofMillis ofSeconds ofMinutes ofHours between toMillis toSeconds getSeconds toMinutes compareTo isNegative isZero
      java/time/Instant toEpochMilli getEpochSecond ofEpochMilli ofEpochSecond isBefore isAfter plusSeconds plusMillis minusSeconds minusMillis compareTo
      io/vllmmonitor/api/view/MetricView *
      io/vllmmonitor/api/guardrail/Guardrail spec check id stateVersion saveState restoreState configSpec close
      io/vllmmonitor/api/guardrail/GuardrailSpec of withBreachFor withBreachForSeconds withKeepFiringFor withKeepFiringForSeconds description severity kind breachFor keepFiringFor
      io/vllmmonitor/api/guardrail/Verdict pass breach unknown
      io/vllmmonitor/api/guardrail/Severity name ordinal toString compareTo equals values valueOf(Ljava/lang/String;)
      io/vllmmonitor/api/lifecycle/FailureKind name ordinal toString compareTo equals values valueOf(Ljava/lang/String;)
      io/vllmmonitor/api/extension/Extension id stateVersion saveState restoreState configSpec close
      io/vllmmonitor/api/extension/StateReader names text integer number flag numbers
      io/vllmmonitor/api/extension/StateWriter text integer number flag numbers
      io/vllmmonitor/api/config/ConfigSpec of none
      io/vllmmonitor/api/config/ConfigSpec$Key <init>(Ljava/lang/String;Ljava/lang/String;Ljava/lang/String;)
      io/vllmmonitor/api/config/Settings string integer number flag duration keys
      io/vllmmonitor/api/target/Target id mode scrapeInterval
      io/vllmmonitor/api/target/TargetId instance toString compareTo
      io/vllmmonitor/api/target/TargetMode name ordinal toString compareTo equals
      io/vllmmonitor/api/plugin/PluginContext config target
      """;

  /** Types that may be named, caught, cast to and passed on, without members of their own. */
  private static final Set<String> BARE_TYPES =
      Set.of(
          "java/lang/AutoCloseable",
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
          "java/lang/UnsupportedOperationException",
          "java/lang/Override",
          "java/lang/Deprecated",
          "java/lang/SuppressWarnings",
          "java/util/NoSuchElementException",
          "java/util/ConcurrentModificationException",
          "io/vllmmonitor/api/error/MonitorException");

  private static final Map<String, Set<String>> METHODS = read();

  private AllowList() {}

  /** Whether a type, by internal name, exists for dropped sources. */
  static boolean showsType(String type) {
    return METHODS.containsKey(type) || BARE_TYPES.contains(type);
  }

  /** Whether a source may call a method declared for this owner. */
  static boolean allowsMethod(String owner, String name, String descriptor) {
    Set<String> methods = METHODS.get(owner);
    if (methods == null) {
      return false;
    }
    String arguments = descriptor.substring(1, descriptor.indexOf(')'));
    String exact = name + "(" + arguments + ")";
    if (methods.contains("-" + name) || methods.contains("-" + exact)) {
      return false;
    }
    return methods.contains(exact)
        || (!name.equals("<init>") && (methods.contains(name) || methods.contains("*")));
  }

  /** Whether a source may read a field of this owner: constants of listed types are harmless. */
  static boolean allowsField(String owner) {
    return METHODS.containsKey(owner) && !owner.equals("java/lang/System");
  }

  /** What to write instead, where there is something to say. */
  static @Nullable String hint(String owner, String name) {
    String call = owner + "." + name;
    if (owner.startsWith("java/util/regex/")
        || Set.of("matches", "split", "replaceAll", "replaceFirst").contains(name)) {
      return "regular expressions can run for ever; use contains, startsWith or indexOf";
    }
    if (owner.equals("io/vllmmonitor/api/plugin/PluginContext")) {
      return "a guardrail is a pure function of its view: time is view.now(), data is the view; a"
          + " plugin jar has the other services";
    }
    return switch (call) {
      case "java/lang/Double.parseDouble", "java/lang/Double.valueOf" ->
          "read numbers of the configuration with Settings.number";
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

  private static Map<String, Set<String>> read() {
    Map<String, Set<String>> methods = new HashMap<>();
    for (String line : MEMBERS.split("\n")) {
      String[] words = line.trim().split(" ");
      Set<String> names = new HashSet<>();
      for (int i = 1; i < words.length; i++) {
        names.add(words[i]);
      }
      methods.put(words[0], Set.copyOf(names));
    }
    return Map.copyOf(methods);
  }
}
