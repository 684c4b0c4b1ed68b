package io.vllmmonitor.core.plugin;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.security.CodeSource;
import java.security.ProtectionDomain;
import java.security.cert.Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a plugin jar sees: the JDK, {@code io.vllmmonitor.api}, its own classes, and the own classes
 * of the plugins that it declares a dependency on; nothing else of the daemon, and nothing that
 * those plugins see in turn. Its own copy of a class wins over that of a plugin below it. Resources
 * are its own alone. Its classes are defined with the checks of {@link JarTransform}. The name
 * tells its frames in stack traces from those of others.
 */
final class PluginClassLoader extends URLClassLoader {
  private static final String API = "io.vllmmonitor.api.";
  private static final String GUARD = PluginGuard.class.getName();
  private static final ClassLoader DAEMON =
      requireNonNull(PluginClassLoader.class.getClassLoader());

  static {
    registerAsParallelCapable();
  }

  private final ProtectionDomain domain;
  private final List<PluginClassLoader> bases;

  /**
   * @param name unique among all loaders that live
   * @param bases the loaders of the plugins that the jar depends on, in the order of its manifest
   */
  PluginClassLoader(String name, URL jar, List<ClassLoader> bases) {
    super(name, new URL[] {jar}, ClassLoader.getPlatformClassLoader());
    this.domain = new ProtectionDomain(new CodeSource(jar, (Certificate[]) null), null, this, null);
    this.bases = bases.stream().map(PluginClassLoader.class::cast).toList();
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (name.startsWith(API) || name.equals(GUARD)) {
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

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    byte @Nullable [] bytes = read(name.replace('.', '/') + ".class");
    if (bytes == null) {
      throw new ClassNotFoundException(name);
    }
    byte[] checked;
    try {
      checked = JarTransform.apply(bytes);
    } catch (RuntimeException e) {
      throw new ClassNotFoundException(name + " is no class that can be read: " + e, e);
    }
    definePackageOf(name);
    return defineClass(name, checked, 0, checked.length, domain);
  }

  private byte @Nullable [] read(String entry) throws ClassNotFoundException {
    // Not through the URL: the stream of the loader goes when the loader is closed.
    try (InputStream in = getResourceAsStream(entry)) {
      return in == null ? null : in.readAllBytes();
    } catch (IOException e) {
      throw new ClassNotFoundException(entry + " cannot be read: " + e.getMessage(), e);
    }
  }

  private void definePackageOf(String name) {
    int dot = name.lastIndexOf('.');
    String pack = dot < 0 ? "" : name.substring(0, dot);
    if (!pack.isEmpty() && getDefinedPackage(pack) == null) {
      try {
        Package unused = definePackage(pack, null, null, null, null, null, null, null);
      } catch (IllegalArgumentException e) {
        // Another thread has defined it in between.
        requireNonNull(getDefinedPackage(pack), pack);
      }
    }
  }
}
