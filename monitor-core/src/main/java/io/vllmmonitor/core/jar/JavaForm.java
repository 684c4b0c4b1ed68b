package io.vllmmonitor.core.jar;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.objectweb.asm.Type;

/** Names and descriptors of the JVM in the form that source code has. Stateless. */
final class JavaForm {
  private JavaForm() {}

  /** A type with its package, such as {@code io.vllmmonitor.api.view.MetricView}. */
  static String type(String internalName) {
    return internalName.replace('/', '.').replace('$', '.');
  }

  /** The name of a class alone. */
  static String simple(String internalName) {
    String name = type(internalName);
    return name.substring(name.lastIndexOf('.') + 1);
  }

  /**
   * A member such as {@code double io.vllmmonitor.api.view.MetricView.sum(String)}.
   *
   * @param owner as it is to be shown
   */
  static String member(String owner, String name, String descriptor) {
    if (!descriptor.startsWith("(")) {
      return brief(Type.getType(descriptor)) + " " + owner + "." + name;
    }
    String parameters =
        Arrays.stream(Type.getArgumentTypes(descriptor))
            .map(JavaForm::brief)
            .collect(Collectors.joining(", ", "(", ")"));
    return name.equals("<init>")
        ? "new " + owner + parameters
        : brief(Type.getReturnType(descriptor)) + " " + owner + "." + name + parameters;
  }

  /** A type without its package, as code that imports it has it. */
  private static String brief(Type type) {
    String name = type.getClassName().replace('$', '.');
    int end = name.length();
    while (end > 0 && "[]".indexOf(name.charAt(end - 1)) >= 0) {
      end--;
    }
    return name.substring(name.lastIndexOf('.', end - 1) + 1);
  }
}
