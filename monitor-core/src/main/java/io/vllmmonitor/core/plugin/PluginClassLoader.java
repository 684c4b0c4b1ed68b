package io.vllmmonitor.core.plugin;

import static java.util.Objects.requireNonNull;

import java.net.URL;
import java.net.URLClassLoader;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a plugin jar sees: the JDK, {@code io.vllmmonitor.api}, its own classes, and the own classes
 * of the plugins that it declares a dependency on; nothing else of the daemon, and nothing that those
 * plugins see in turn. Its own copy of a class wins over that of a plugin below it. Resources are
 * its own alone.
 */
final class PluginClassLoader extends URLClassLoader {
  private static final String API = "io.vllmmonitor.api.";
  private static final ClassLoader DAEMON =
      requireNonNull(PluginClassLoader.class.getClassLoader());

  static {
    registerAsParallelCapable();
  }

  private final List<PluginClassLoader> bases;

  /**
   * @param bases the loaders of the plugins that the jar depends on, in the order of its manifest
   */
  PluginClassLoader(URL jar, List<ClassLoader> bases) {
    super(new URL[] {jar}, ClassLoader.getPlatformClassLoader());
    this.bases = bases.stream().map(PluginClassLoader.class::cast).toList();
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (name.startsWith(API)) {
      return DAEMON.loadClass(name);
    }
    try {
      return super.loadClass(name, resolve);
    } catch (ClassNotFoundException e) {
      for (PluginClassLoader base : bases) {
        Class<?> found = base.own(name);
        if (found != null) {
          return found;
        }
      }
      throw e;
    }
  }

  /** A class of this very jar; null where it has none of that name. */
  private @Nullable Class<?> own(String name) {
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      if (loaded != null) {
        // It also finds what this loader got from another one.
        return loaded.getClassLoader() == this ? loaded : null;
      }
      try {
        return findClass(name);
      } catch (ClassNotFoundException e) {
        return null;
      }
    }
  }
}
