package io.vllmmonitor.core.script;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Measures what an instance of a dropped source holds on to between its calls: its fields, the
 * static fields of its classes, and everything that can be reached from there. The measurement
 * walks the objects; it is made only after the instance has allocated as much as it may keep, so
 * that code that allocates little is never walked. Sizes are estimates on the safe side. Used by
 * the thread that calls the instance.
 */
final class RetainedMemory {
  /** The most that an instance may keep. */
  static final int MOST_BYTES = 16 << 20;

  private static final int OBJECT_BYTES = 16;
  private static final int ENTRY_BYTES = 48;
  private static final String API = "io.vllmmonitor.api.";

  private final Object root;
  private final List<Class<?>> classes;
  private long allocated;

  /**
   * @param root the instance
   * @param classes of the source, all of them initialised: looking at a static field must not run
   *     code
   */
  RetainedMemory(Object root, List<Class<?>> classes) {
    this.root = root;
    this.classes = List.copyOf(classes);
  }

  /** Takes note of what one call allocated. */
  void allocated(int bytes) {
    allocated += bytes;
  }

  /** Whether too much is kept; looks only when enough was allocated since the last look. */
  boolean isExceeded() {
    if (allocated < MOST_BYTES) {
      return false;
    }
    allocated = 0;
    return new Walk().bytes(root, classes) > MOST_BYTES;
  }

  /** One measurement. */
  private static final class Walk {
    private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Deque<Object> open = new ArrayDeque<>();
    private long bytes;

    long bytes(Object from, List<Class<?>> classes) {
      classes.forEach(this::visitStatics);
      reach(from);
      // Ends early: how much more than too much it is does not matter.
      while (!open.isEmpty() && bytes <= MOST_BYTES) {
        visit(open.pop());
      }
      return bytes;
    }

    private void reach(@Nullable Object value) {
      if (value != null && seen.add(value)) {
        open.push(value);
      }
    }

    private void visit(Object value) {
      Class<?> type = value.getClass();
      bytes += OBJECT_BYTES;
      if (value instanceof String text) {
        bytes += 24 + 2L * text.length();
      } else if (value instanceof StringBuilder text) {
        bytes += 24 + 2L * text.capacity();
      } else if (type.isArray()) {
        visitArray(value, type.getComponentType());
      } else if (type.getName().startsWith("java.util.")) {
        visitCollection(value);
      } else if (type.getClassLoader() instanceof SourceClassLoader
          || type.getName().startsWith(API)) {
        visitFields(value, type);
      }
    }

    private void visitArray(Object array, Class<?> component) {
      int length = Array.getLength(array);
      bytes += 8L * length;
      if (!component.isPrimitive()) {
        for (Object element : (Object[]) array) {
          reach(element);
        }
      }
    }

    private void visitCollection(Object value) {
      if (value instanceof Collection<?> collection) {
        bytes += (long) ENTRY_BYTES * collection.size();
        collection.forEach(this::reach);
      } else if (value instanceof Map<?, ?> map) {
        bytes += (long) ENTRY_BYTES * map.size();
        map.forEach(
            (key, entry) -> {
              reach(key);
              reach(entry);
            });
      } else if (value instanceof java.util.Optional<?> optional) {
        optional.ifPresent(this::reach);
      } else if (value instanceof Map.Entry<?, ?> entry) {
        reach(entry.getKey());
        reach(entry.getValue());
      }
    }

    private void visitFields(Object value, Class<?> type) {
      for (Class<?> at = type; at != null && at != Object.class; at = at.getSuperclass()) {
        for (Field field : at.getDeclaredFields()) {
          if (!Modifier.isStatic(field.getModifiers())) {
            bytes += 8;
            reach(read(field, value));
          }
        }
      }
    }

    private void visitStatics(Class<?> type) {
      for (Field field : type.getDeclaredFields()) {
        if (Modifier.isStatic(field.getModifiers())) {
          bytes += 8;
          reach(read(field, null));
        }
      }
    }

    /** Null also for what is no reference, and for what cannot be read. */
    private static @Nullable Object read(Field field, @Nullable Object of) {
      if (field.getType().isPrimitive() || !field.trySetAccessible()) {
        return null;
      }
      try {
        return field.get(of);
      } catch (IllegalAccessException e) {
        throw new IllegalStateException("A field that was made accessible is not: " + field, e);
      }
    }
  }
}
