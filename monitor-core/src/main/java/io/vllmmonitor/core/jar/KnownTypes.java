package io.vllmmonitor.core.jar;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.plugin.MonitorPlugin;
import java.io.IOException;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The types of the API that this daemon runs, and those of the JDK, with the members that a plugin
 * may use: public and protected ones, inherited ones included. Each type is looked at once.
 * Thread-safe.
 */
final class KnownTypes {
  private static final ClassLoader DAEMON =
      requireNonNull(KnownTypes.class.getClassLoader(), "the loader of the daemon");
  private static final String CLASS = ".class";

  private final Map<String, Optional<Set<Member>>> known = new ConcurrentHashMap<>();
  private final Map<String, Set<Member>> bodiless = new ConcurrentHashMap<>();

  /**
   * A method, constructor or field.
   *
   * @param descriptor as the JVM has it; a field's has no parentheses
   */
  record Member(String name, String descriptor) {
    Member {
      requireNonNull(name, "name");
      requireNonNull(descriptor, "descriptor");
    }

    boolean isMethod() {
      return descriptor.startsWith("(");
    }
  }

  /** Whether a type is the API's or the JDK's, so that its members are known. */
  static boolean covers(String type) {
    return type.startsWith(JarClasses.API) || type.startsWith("java/");
  }

  /**
   * The members of a type, with those of its super types.
   *
   * @param type internal name
   * @return empty where there is no such type, or it is not public
   */
  Optional<Set<Member>> members(String type) {
    return known.computeIfAbsent(type, KnownTypes::look);
  }

  private static Optional<Set<Member>> look(String type) {
    boolean api = type.startsWith(JarClasses.API);
    ClassLoader loader = api ? DAEMON : ClassLoader.getPlatformClassLoader();
    try {
      Class<?> found = Class.forName(JarClasses.dotted(type), false, loader);
      if (api && !isOpen(found)) {
        return Optional.empty();
      }
      Set<Member> members = new LinkedHashSet<>();
      for (Constructor<?> constructor : found.getDeclaredConstructors()) {
        if (isOpen(constructor.getModifiers())) {
          MethodType shape = MethodType.methodType(void.class, constructor.getParameterTypes());
          members.add(new Member("<init>", shape.toMethodDescriptorString()));
        }
      }
      addInherited(members, found);
      if (found.isInterface()) {
        addInherited(members, Object.class);
      }
      return Optional.of(Set.copyOf(members));
    } catch (ClassNotFoundException | LinkageError e) {
      return Optional.empty();
    }
  }

  private static void addInherited(Set<Member> members, Class<?> type) {
    for (Method method : type.getDeclaredMethods()) {
      if (isOpen(method.getModifiers())) {
        MethodType shape =
            MethodType.methodType(method.getReturnType(), method.getParameterTypes());
        members.add(new Member(method.getName(), shape.toMethodDescriptorString()));
      }
    }
    for (Field field : type.getDeclaredFields()) {
      if (isOpen(field.getModifiers())) {
        members.add(new Member(field.getName(), field.getType().descriptorString()));
      }
    }
    Class<?> parent = type.getSuperclass();
    if (parent != null) {
      addInherited(members, parent);
    }
    for (Class<?> parentInterface : type.getInterfaces()) {
      addInherited(members, parentInterface);
    }
  }

  private static boolean isOpen(Class<?> type) {
    Class<?> outer = type.getDeclaringClass();
    return isOpen(type.getModifiers()) && (outer == null || isOpen(outer));
  }

  private static boolean isOpen(int modifiers) {
    return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
  }

  /**
   * The methods of a type that have no body, inherited ones included, as a class that is made must
   * have them.
   *
   * @return empty too where there is no such type
   */
  Set<Member> abstractMethods(String type) {
    return bodiless.computeIfAbsent(type, KnownTypes::lookForAbstract);
  }

  private static Set<Member> lookForAbstract(String type) {
    try {
      Class<?> found = Class.forName(JarClasses.dotted(type), false, DAEMON);
      return Arrays.stream(found.getMethods())
          .filter(method -> Modifier.isAbstract(method.getModifiers()))
          .map(
              method ->
                  new Member(
                      method.getName(),
                      MethodType.methodType(method.getReturnType(), method.getParameterTypes())
                          .toMethodDescriptorString()))
          .collect(Collectors.toUnmodifiableSet());
    } catch (ClassNotFoundException | LinkageError e) {
      return Set.of();
    }
  }

  /** The names of all public API types, for hints; empty where they cannot be listed. */
  List<String> apiTypes() {
    CodeSource source = MonitorPlugin.class.getProtectionDomain().getCodeSource();
    if (source == null) {
      return List.of();
    }
    try {
      Path place = Path.of(source.getLocation().toURI());
      List<String> names = Files.isDirectory(place) ? namesBelow(place) : namesIn(place);
      return names.stream()
          .filter(name -> name.startsWith(JarClasses.API) && name.endsWith(CLASS))
          .map(name -> name.substring(0, name.length() - CLASS.length()))
          .filter(name -> !name.endsWith("-info") && members(name).isPresent())
          .sorted()
          .toList();
    } catch (IOException | URISyntaxException | RuntimeException e) {
      return List.of(); // only a hint is lost
    }
  }

  private static List<String> namesBelow(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.map(file -> folder.relativize(file).toString().replace('\\', '/')).toList();
    }
  }

  private static List<String> namesIn(Path file) throws IOException {
    String name = file.toString();
    if (!name.toLowerCase(Locale.ROOT).endsWith(".jar")) {
      return List.of();
    }
    try (JarFile jar = new JarFile(file.toFile(), false)) {
      return jar.stream().map(entry -> entry.getName()).toList();
    }
  }
}
