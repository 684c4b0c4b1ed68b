package io.vllmmonitor.core.script;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Defines the instrumented classes of one instance of a dropped source; of everything else it shows
 * the allow-listed types only. One loader per instance, so that static fields are never shared by
 * two threads.
 */
final class SourceClassLoader extends ClassLoader {
  private static final ClassLoader SHOWN = requireNonNull(SourceClassLoader.class.getClassLoader());

  private final Map<String, byte[]> classes;
  private final AllowList allowed;

  SourceClassLoader(Map<String, byte[]> classes, AllowList allowed) {
    // No parent: whatever is not listed does not exist.
    super(null);
    this.classes = Map.copyOf(classes);
    this.allowed = allowed;
  }

  /**
   * Loads and initialises all classes, in the order of their names, so that no static initialiser
   * runs later. Runs code of the source.
   */
  void initialise() throws ClassNotFoundException {
    for (String name : new TreeSet<>(classes.keySet())) {
      Class.forName(name, true, this);
    }
  }

  /** The classes of the source that an object belongs to; none when it is of no source. */
  static List<Class<?>> classesBeside(Object object) {
    List<Class<?>> beside = new ArrayList<>();
    if (object.getClass().getClassLoader() instanceof SourceClassLoader loader) {
      for (String name : loader.classes.keySet()) {
        Class<?> loaded = loader.findLoadedClass(name);
        if (loaded != null) {
          beside.add(loaded);
        }
      }
    }
    return beside;
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

  private Class<?> shown(String name) throws ClassNotFoundException {
    String internal = name.replace('.', '/');
    if (allowed.showsType(internal) || BudgetTransform.isRuntimeType(internal)) {
      return Class.forName(name, false, SHOWN);
    }
    throw new ClassNotFoundException(name + " is not shown to dropped sources");
  }
}
