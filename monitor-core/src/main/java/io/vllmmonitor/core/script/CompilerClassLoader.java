package io.vllmmonitor.core.script;

import static java.util.Objects.requireNonNull;

/**
 * What the compiler sees: the JDK and the API, so that signatures resolve and a forbidden type gets
 * a clear refusal from the scan instead of "not found". Nothing is run through it.
 */
final class CompilerClassLoader extends ClassLoader {
  private static final String API = "io.vllmmonitor.api.";
  private static final ClassLoader APPLICATION =
      requireNonNull(CompilerClassLoader.class.getClassLoader());

  CompilerClassLoader() {
    super(ClassLoader.getPlatformClassLoader());
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    if (name.startsWith(API)) {
      return Class.forName(name, false, APPLICATION);
    }
    throw new ClassNotFoundException(name);
  }
}
