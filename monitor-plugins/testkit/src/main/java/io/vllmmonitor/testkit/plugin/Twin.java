package io.vllmmonitor.testkit.plugin;

import java.lang.annotation.Annotation;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** One life of an extension inside a test class that was loaded once more. */
final class Twin {
  private Twin() {}

  /** Whether this test class can be made without JUnit: it has a constructor without parameters. */
  static boolean canBeMade(Class<?> test) {
    return Arrays.stream(test.getDeclaredConstructors())
        .anyMatch(constructor -> constructor.getParameterCount() == 0);
  }

  /** Makes the test class, lets it make and use one extension, and ends both. */
  static void live(Class<?> test) throws Exception {
    Constructor<?> constructor = test.getDeclaredConstructor();
    constructor.setAccessible(true);
    ExtensionContract<?> contract = (ExtensionContract<?>) constructor.newInstance();
    List<Method> before = annotated(test, BeforeEach.class);
    Collections.reverse(before);
    for (Method method : before) {
      method.invoke(contract);
    }
    try {
      contract.oneLife();
    } finally {
      for (Method method : annotated(test, AfterEach.class)) {
        method.invoke(contract);
      }
    }
  }

  /** Own ones first, then those of the superclasses. */
  private static List<Method> annotated(Class<?> test, Class<? extends Annotation> annotation) {
    List<Method> found = new ArrayList<>();
    for (Class<?> type = test; type != null; type = type.getSuperclass()) {
      for (Method method : type.getDeclaredMethods()) {
        if (method.isAnnotationPresent(annotation) && method.getParameterCount() == 0) {
          method.setAccessible(true);
          found.add(method);
        }
      }
    }
    return found;
  }
}
