package io.vllmmonitor.testkit.plugin;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Counts how many objects the static fields of some classes hold. */
final class Reach {
  private static final int MOST = 200_000;
  private static final int DEEPEST = 40;

  private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
  private final ClassLoader loader;

  private Reach(ClassLoader loader) {
    this.loader = loader;
  }

  /**
   * Objects by static field, for the classes of this loader; a field that holds none is left out.
   */
  static Map<String, Integer> ofStatics(Iterable<Class<?>> classes, ClassLoader loader) {
    Map<String, Integer> counts = new TreeMap<>();
    for (Class<?> type : classes) {
      for (Field field : type.getDeclaredFields()) {
        if (Modifier.isStatic(field.getModifiers()) && !field.getType().isPrimitive()) {
          int count = new Reach(loader).count(valueOf(field, null), 0);
          if (count > 0) {
            counts.put(type.getName() + "." + field.getName(), count);
          }
        }
      }
    }
    return counts;
  }

  private static @Nullable Object valueOf(Field field, @Nullable Object owner) {
    try {
      field.setAccessible(true);
      return field.get(owner);
    } catch (IllegalAccessException | InaccessibleObjectException | LinkageError e) {
      return null; // a class that cannot be initialised holds nothing
    }
  }

  private int count(@Nullable Object value, int depth) {
    if (value == null || depth > DEEPEST || seen.size() > MOST || !seen.add(value)) {
      return 0;
    }
    int count = 1;
    if (value instanceof CharSequence text) {
      return count + text.length();
    }
    if (value instanceof Object[] array) {
      count += array.length;
      for (Object element : array) {
        count += count(element, depth + 1);
      }
      return count;
    }
    if (value.getClass().isArray()) {
      return count + Array.getLength(value);
    }
    for (Object held : heldBy(value)) {
      count += 1 + count(held, depth + 1);
    }
    return value.getClass().getClassLoader() == loader ? count + fields(value, depth) : count;
  }

  private static Collection<?> heldBy(Object value) {
    if (value instanceof Collection<?> collection) {
      return collection;
    }
    if (value instanceof Map<?, ?> map) {
      java.util.List<Object> both = new java.util.ArrayList<>(map.keySet());
      both.addAll(map.values());
      return both;
    }
    if (value instanceof Optional<?> optional) {
      return optional.stream().toList();
    }
    if (value instanceof AtomicReference<?> reference && reference.get() != null) {
      return java.util.List.of(reference.get());
    }
    return java.util.List.of();
  }

  private int fields(Object value, int depth) {
    int count = 0;
    for (Class<?> type = value.getClass(); type != null; type = type.getSuperclass()) {
      for (Field field : type.getDeclaredFields()) {
        boolean follow =
            !Modifier.isStatic(field.getModifiers())
                && !field.getType().isPrimitive()
                && type.getClassLoader() == loader;
        count += follow ? count(valueOf(field, value), depth + 1) : 0;
      }
    }
    return count;
  }
}
