package io.vllmmonitor.testkit.plugin;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.security.CodeSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Finds the class files behind one extension: what it calls within its own folder or jar. */
final class CodeOf {
  private static final int MOST_CLASSES = 2_000;

  private CodeOf() {}

  /** The folder or jar that a class came from, as the start of its URL. */
  static Optional<String> place(Class<?> type) {
    CodeSource source = type.getProtectionDomain().getCodeSource();
    URL location = source == null ? null : source.getLocation();
    return Optional.ofNullable(location).map(URL::toString);
  }

  /** Whether the class file of this internal name lies in that place. */
  static @Nullable URL fileIn(ClassLoader loader, String place, String internalName) {
    URL found = loader.getResource(internalName + ".class");
    if (found == null) {
      return null;
    }
    String url = found.toString();
    return url.startsWith(place) || url.startsWith("jar:" + place + "!/") ? found : null;
  }

  /** The constant pools, by internal name, of a class and of all that it calls in its own place. */
  static Map<String, ConstantPool> reachedFrom(Class<?> type) {
    Map<String, ConstantPool> found = new TreeMap<>();
    Optional<String> place = place(type);
    ClassLoader loader = type.getClassLoader();
    if (place.isEmpty() || loader == null) {
      return found;
    }
    Deque<String> open = new ArrayDeque<>();
    open.add(type.getName().replace('.', '/'));
    while (!open.isEmpty() && found.size() < MOST_CLASSES) {
      String name = open.poll();
      URL file = found.containsKey(name) ? null : fileIn(loader, place.get(), name);
      if (file != null) {
        ConstantPool pool = read(file);
        found.put(name, pool);
        open.addAll(pool.owners());
      }
    }
    return found;
  }

  private static ConstantPool read(URL file) {
    try (InputStream in = file.openStream()) {
      return ConstantPool.of(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + file, e);
    }
  }
}
