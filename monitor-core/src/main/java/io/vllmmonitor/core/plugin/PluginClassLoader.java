package io.vllmmonitor.core.plugin;

import static java.util.Objects.requireNonNull;

import java.net.URL;
import java.net.URLClassLoader;

/**
 * What a plugin jar sees: its own classes, the JDK, and {@code io.vllmmonitor.api}; nothing else of
 * the daemon. Its own copy of a library wins over nothing, since there is no other.
 */
final class PluginClassLoader extends URLClassLoader {
  private static final String API = "io.vllmmonitor.api.";
  private static final ClassLoader DAEMON =
      requireNonNull(PluginClassLoader.class.getClassLoader());

  static {
    registerAsParallelCapable();
  }

  PluginClassLoader(URL jar) {
    super(new URL[] {jar}, ClassLoader.getPlatformClassLoader());
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (name.startsWith(API)) {
      return DAEMON.loadClass(name);
    }
    return super.loadClass(name, resolve);
  }
}
