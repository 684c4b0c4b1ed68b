package io.vllmmonitor.core.script;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Defines the instrumented classes of one instance of a dropped source; of everything else it shows
 * the allow-listed types only. One loader per instance, so that static fields are never shared by
 * two threads.
 */
final class SourceClassLoader extends ClassLoader {
  private static final ClassLoader SHOWN = requireNonNull(SourceClassLoader.class.getClassLoader());

  private final Map<String, byte[]> classes;

  SourceClassLoader(Map<String, byte[]> classes) {
    // No parent: whatever is not listed does not exist.
    super(null);
    this.classes = Map.copyOf(classes);
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      if (loaded == null) {
        loaded = classes.containsKey(name) ? findClass(name) : shown(name);
      }
      if (resolve) {
        resolveClass(loaded);
      }
      return loaded;
    }
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    byte @Nullable [] bytes = classes.get(name);
    if (bytes == null) {
      throw new ClassNotFoundException(name);
    }
    return defineClass(name, bytes, 0, bytes.length);
  }

  private static Class<?> shown(String name) throws ClassNotFoundException {
    String internal = name.replace('.', '/');
    if (AllowList.showsType(internal) || BudgetTransform.isRuntimeType(internal)) {
      return Class.forName(name, false, SHOWN);
    }
    throw new ClassNotFoundException(name + " is not shown to dropped sources");
  }
}
