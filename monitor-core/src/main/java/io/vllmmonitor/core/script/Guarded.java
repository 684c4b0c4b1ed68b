package io.vllmmonitor.core.script;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.plugin.HttpAnswer;
import io.vllmmonitor.api.plugin.HttpCall;
import io.vllmmonitor.api.plugin.HttpService;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Stands in for library methods whose cost or result can grow without bound: doubling strings,
 * growing collections, text and hashes of nested collections. {@link BudgetTransform} puts these
 * calls in place of the originals. Public only because instrumented classes call it.
 */
public final class Guarded {
  static final int LONGEST_TEXT = 8_192;
  static final int LARGEST_COLLECTION = 10_000;
  static final int LARGEST_PAGE = 1 << 18;
  private static final Duration LONGEST_EXCHANGE = Duration.ofSeconds(30);
  private static final int EXCHANGE_STEPS = 100_000;
  private static final int ELEMENTS_PER_STEP = 8;
  private static final int DEEPEST_TEXT = 8;

  /** The processor compares a block of characters at once. */
  private static final int CHARACTERS_PER_STEP = 4_096;

  private Guarded() {}

  public static StringBuilder append(StringBuilder builder, @Nullable Object value) {
    return appendText(builder, text(value));
  }

  public static StringBuilder append(StringBuilder builder, @Nullable String value) {
    return appendText(builder, String.valueOf(value));
  }

  public static StringBuilder append(StringBuilder builder, @Nullable CharSequence value) {
    return appendText(builder, text(value));
  }

  public static StringBuilder append(StringBuilder builder, boolean value) {
    return appendText(builder, String.valueOf(value));
  }

  public static StringBuilder append(StringBuilder builder, char value) {
    return appendText(builder, String.valueOf(value));
  }

  public static StringBuilder append(StringBuilder builder, int value) {
    return appendText(builder, String.valueOf(value));
  }

  public static StringBuilder append(StringBuilder builder, long value) {
    return appendText(builder, String.valueOf(value));
  }

  public static StringBuilder append(StringBuilder builder, float value) {
    return appendText(builder, String.valueOf(value));
  }

  public static StringBuilder append(StringBuilder builder, double value) {
    return appendText(builder, String.valueOf(value));
  }

  public static String concat(String left, String right) {
    checkLength((long) left.length() + right.length());
    Budget.allocate(2 * (left.length() + right.length()));
    return left.concat(right);
  }

  /** In place of {@code Object.toString()}. */
  public static String textOf(Object value) {
    return text(requireNonNull(value));
  }

  /** In place of {@code String.valueOf(Object)}. */
  public static String text(@Nullable Object value) {
    if (value instanceof Collection<?> || value instanceof Map<?, ?>) {
      StringBuilder text = new StringBuilder();
      describe(text, value, 0);
      return text.toString();
    }
    if (value instanceof CharSequence sequence) {
      checkLength(sequence.length());
    } else if (!isPlain(value) && !isOfTheApi(value)) {
      throw new IllegalArgumentException(
          "The text of a " + typeOf(value) + " is not available to dropped sources");
    }
    return String.valueOf(value);
  }

  /** In place of {@code Object.hashCode()}. */
  public static int hash(Object value) {
    return plain(value).hashCode();
  }

  /** In place of {@code Object.equals(Object)}. */
  public static boolean equal(Object left, @Nullable Object right) {
    return plain(left).equals(right);
  }

  /** In place of {@code Objects.equals(Object, Object)}. */
  public static boolean equalOrNull(@Nullable Object left, @Nullable Object right) {
    return left == null ? right == null : equal(left, right);
  }

  /** In place of {@code HttpAnswer.text()}: pages of a bounded size only. */
  public static String page(HttpAnswer answer) {
    int length = answer.body().length;
    if (length > LARGEST_PAGE) {
      throw Budget.exhaust("a page of " + length + " bytes; at most " + LARGEST_PAGE);
    }
    String text = answer.text();
    Budget.made(text);
    return text;
  }

  /** In place of {@code HttpService.send(HttpCall)}: a few, each with a short deadline. */
  public static HttpAnswer send(HttpService http, HttpCall call) {
    Budget.spend(EXCHANGE_STEPS);
    if (call.deadline().compareTo(LONGEST_EXCHANGE) > 0) {
      throw Budget.exhaust(
          "an HTTP deadline of " + call.deadline() + "; at most " + LONGEST_EXCHANGE);
    }
    return http.send(call);
  }

  /**
   * In place of {@code AutoCloseable.close()}: what is not the source's own is not its to close.
   */
  public static void close(AutoCloseable closeable) throws Exception {
    if (!(closeable.getClass().getClassLoader() instanceof SourceClassLoader)) {
      throw new IllegalArgumentException(
          "Only objects of the source's own classes are closed; found a " + typeOf(closeable));
    }
    closeable.close();
  }

  /** In place of {@code System.Logger.log(Level, String)}: a few lines a call. */
  public static void log(System.Logger logger, System.Logger.Level level, @Nullable String text) {
    Budget.logLine();
    String line = String.valueOf(text);
    checkLength(line.length());
    logger.log(level, line);
  }

  public static boolean add(Collection<@Nullable Object> collection, @Nullable Object element) {
    checkGrowth(collection.size());
    if (collection instanceof java.util.Set<?>) {
      plainOrNull(element);
    }
    return collection.add(element);
  }

  public static void addFirst(Deque<Object> deque, Object element) {
    checkGrowth(deque.size());
    deque.addFirst(element);
  }

  public static void addLast(Deque<Object> deque, Object element) {
    checkGrowth(deque.size());
    deque.addLast(element);
  }

  public static boolean contains(Collection<?> collection, @Nullable Object element) {
    Budget.spend(
        1 + collection.size() / ELEMENTS_PER_STEP + textWeight(element, collection.size()));
    return collection.contains(plainOrNull(element));
  }

  public static boolean remove(Collection<?> collection, @Nullable Object element) {
    Budget.spend(
        1 + collection.size() / ELEMENTS_PER_STEP + textWeight(element, collection.size()));
    return collection.remove(plainOrNull(element));
  }

  public static @Nullable Object remove(List<?> list, int index) {
    Budget.spend(1 + list.size() / (8 * ELEMENTS_PER_STEP));
    return list.remove(index);
  }

  public static void sort(List<@Nullable Object> list, @Nullable Comparator<Object> comparator) {
    // Elements are compared about as many times as the size has binary digits.
    int comparisons = list.size() * (32 - Integer.numberOfLeadingZeros(list.size()));
    Object first = list.isEmpty() ? null : list.get(0);
    Budget.spend(1 + comparisons / 4 + textWeight(first, comparisons));
    Collections.sort(list, comparator);
  }

  public static void sort(List<@Nullable Object> list) {
    sort(list, null);
  }

  public static @Nullable Object put(
      Map<@Nullable Object, @Nullable Object> map, @Nullable Object key, @Nullable Object value) {
    checkGrowth(map.size());
    return map.put(plainOrNull(key), value);
  }

  public static @Nullable Object get(Map<?, ?> map, @Nullable Object key) {
    return map.get(plainOrNull(key));
  }

  public static @Nullable Object remove(Map<?, ?> map, @Nullable Object key) {
    return map.remove(plainOrNull(key));
  }

  public static boolean containsKey(Map<?, ?> map, @Nullable Object key) {
    return map.containsKey(plainOrNull(key));
  }

  public static @Nullable Object getOrDefault(
      Map<@Nullable Object, @Nullable Object> map, @Nullable Object key, @Nullable Object other) {
    return map.getOrDefault(plainOrNull(key), other);
  }

  public static @Nullable Object putIfAbsent(
      Map<@Nullable Object, @Nullable Object> map, @Nullable Object key, @Nullable Object value) {
    checkGrowth(map.size());
    return map.putIfAbsent(plainOrNull(key), value);
  }

  public static @Nullable Object computeIfAbsent(
      Map<@Nullable Object, @Nullable Object> map,
      @Nullable Object key,
      Function<@Nullable Object, @Nullable Object> maker) {
    checkGrowth(map.size());
    return map.computeIfAbsent(plainOrNull(key), maker);
  }

  public static @Nullable Object merge(
      Map<@Nullable Object, @Nullable Object> map,
      @Nullable Object key,
      Object value,
      BiFunction<@Nullable Object, @Nullable Object, @Nullable Object> combiner) {
    checkGrowth(map.size());
    return map.merge(plainOrNull(key), value, combiner);
  }

  /** The compiler uses it for the values of an enum. */
  public static void arraycopy(Object from, int fromIndex, Object to, int toIndex, int length) {
    Budget.spend(1 + Math.max(0, length) / ELEMENTS_PER_STEP);
    System.arraycopy(from, fromIndex, to, toIndex, length);
  }

  private static StringBuilder appendText(StringBuilder builder, String text) {
    checkLength((long) builder.length() + text.length());
    Budget.allocate(2 * text.length());
    return builder.append(text);
  }

  private static void checkLength(long length) {
    if (length > LONGEST_TEXT) {
      throw Budget.exhaust("a text of " + length + " characters; at most " + LONGEST_TEXT);
    }
  }

  private static void checkGrowth(int size) {
    Budget.allocate(16);
    if (size >= LARGEST_COLLECTION) {
      throw Budget.exhaust("a collection of more than " + LARGEST_COLLECTION + " elements");
    }
  }

  private static void describe(StringBuilder text, @Nullable Object value, int depth) {
    Budget.spend(1);
    if (depth > DEEPEST_TEXT) {
      text.append('…');
    } else if (value instanceof Collection<?> collection) {
      String separator = "[";
      for (Object element : collection) {
        text.append(separator);
        describe(text, element, depth + 1);
        separator = ", ";
      }
      text.append(collection.isEmpty() ? "[]" : "]");
    } else if (value instanceof Map<?, ?> map) {
      String separator = "{";
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        text.append(separator);
        describe(text, entry.getKey(), depth + 1);
        text.append('=');
        describe(text, entry.getValue(), depth + 1);
        separator = ", ";
      }
      text.append(map.isEmpty() ? "{}" : "}");
    } else {
      text.append(text(value));
    }
    checkLength(text.length());
  }

  /** What it costs to compare a text so many times with others that may be like it. */
  private static int textWeight(@Nullable Object value, int times) {
    return value instanceof String text
        ? (int) ((long) times * Math.min(text.length(), LARGEST_PAGE) / CHARACTERS_PER_STEP)
        : 0;
  }

  private static Object plain(Object value) {
    if (value instanceof String text) {
      Budget.spend(text.length() / ELEMENTS_PER_STEP / ELEMENTS_PER_STEP);
    }
    if (!isPlain(value)) {
      throw new IllegalArgumentException(
          "Keys, set elements and what is compared must be text, numbers, enums, times or objects of"
              + " the source's own classes; found a "
              + typeOf(value));
    }
    return value;
  }

  private static @Nullable Object plainOrNull(@Nullable Object value) {
    return value == null ? null : plain(value);
  }

  private static boolean isPlain(@Nullable Object value) {
    return value == null
        || value instanceof String
        || value instanceof Number
        || value instanceof Boolean
        || value instanceof Character
        || value instanceof Enum<?>
        || value instanceof Duration
        || value instanceof Instant
        || value.getClass().getClassLoader() instanceof SourceClassLoader;
  }

  private static boolean isOfTheApi(@Nullable Object value) {
    return value instanceof Throwable
        || (value != null && value.getClass().getName().startsWith("io.vllmmonitor.api."));
  }

  private static String typeOf(@Nullable Object value) {
    return value == null ? "null" : value.getClass().getSimpleName();
  }
}
