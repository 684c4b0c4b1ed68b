package io.vllmmonitor.testkit.plugin;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Loads an author's test class and the code that it tests once more, as a plugin's class loader
 * does; the api, the testkit and everything else come from the tests' own loader.
 */
final class TwinLoader extends ClassLoader {
  private final Set<String> places;
  private final List<Class<?>> defined = new ArrayList<>();

  private TwinLoader(ClassLoader parent, Set<String> places) {
    super(parent);
    this.places = places;
  }

  /**
   * For a test class and an extension of it; empty where their class files cannot be told apart.
   */
  static Optional<TwinLoader> of(Class<?> test, Class<?> extension) {
    ClassLoader parent = test.getClassLoader();
    Set<String> places =
        Stream.of(test, extension)
            .flatMap(type -> CodeOf.place(type).stream())
            .collect(Collectors.toSet());
    CodeOf.place(TwinLoader.class).ifPresent(places::remove);
    boolean usable = parent != null && CodeOf.place(test).filter(places::contains).isPresent();
    return usable ? Optional.of(new TwinLoader(parent, places)) : Optional.empty();
  }

  /** The classes that were loaded so far; a copy. */
  synchronized List<Class<?>> defined() {
    return List.copyOf(defined);
  }

  @Override
  protected synchronized Class<?> loadClass(String name, boolean resolve)
      throws ClassNotFoundException {
    Class<?> known = findLoadedClass(name);
    if (known != null) {
      return known;
    }
    URL file = own(name.replace('.', '/'));
    return file == null ? super.loadClass(name, resolve) : define(name, file);
  }

  private @Nullable URL own(String internalName) {
    for (String place : places) {
      URL file = CodeOf.fileIn(requireNonNull(getParent(), "parent"), place, internalName);
      if (file != null) {
        return file;
      }
    }
    return null;
  }

  private Class<?> define(String name, URL file) throws ClassNotFoundException {
    try (InputStream in = file.openStream()) {
      byte[] bytes = in.readAllBytes();
      Class<?> type = defineClass(name, bytes, 0, bytes.length);
      defined.add(type);
      return type;
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
  }
}
