package io.vllmmonitor.core.jar;

import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_CLASS_VERSION;
import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_FORBIDDEN_CLASS;
import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_INCOMPATIBLE;
import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_JAR_LIMIT;
import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_JAR_UNREADABLE;

import io.vllmmonitor.api.error.MonitorException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.FieldVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * The classes of one open jar as the running JVM would see them: of a multi-release jar the ones
 * for its version. Names are internal ones, with slashes. Nothing is loaded. Confined to one
 * thread, and to the time that the jar is open.
 */
final class JarClasses {
  static final String API = "io/vllmmonitor/api/";
  static final String OURS = "io/vllmmonitor/";
  static final String BUNDLED = "io/vllmmonitor/plugin/";

  private static final String SUFFIX = ".class";
  private static final int LARGEST_CLASS = 16 << 20;
  private static final int MAGIC = 0xCAFEBABE;
  private static final int HEADER = 8;

  /** The major version of class files is that much more than the version of Java. */
  private static final int MAJOR_OFFSET = 44;

  private final JarFile jar;
  private final JarProblem problem;
  private final Map<String, JarEntry> entries = new TreeMap<>();
  private final Map<String, Shape> shapes = new HashMap<>();
  private final Map<String, Set<String>> members = new HashMap<>();

  /** What a class extends and implements. */
  record Shape(int access, List<String> supers) {
    Shape {
      supers = List.copyOf(supers);
    }

    boolean isConcrete() {
      return (access & (Opcodes.ACC_ABSTRACT | Opcodes.ACC_INTERFACE)) == 0;
    }
  }

  private JarClasses(JarFile jar, JarProblem problem) {
    this.jar = jar;
    this.problem = problem;
  }

  /**
   * Reads the heads of all classes.
   *
   * @param bundled whether the jar ships with the distribution, whose plugins have a package of
   *     their own
   * @param feature the version of Java that runs, such as 17
   * @throws MonitorException PLUGIN_FORBIDDEN_CLASS, PLUGIN_INCOMPATIBLE, PLUGIN_CLASS_VERSION,
   *     PLUGIN_JAR_LIMIT or PLUGIN_JAR_UNREADABLE
   */
  static JarClasses read(JarFile jar, boolean bundled, int feature, JarProblem problem)
      throws IOException {
    JarClasses classes = new JarClasses(jar, problem);
    List<JarEntry> found = jar.versionedStream().filter(JarClasses::isClass).toList();
    for (JarEntry entry : found) {
      String path = entry.getName();
      String name = path.substring(0, path.length() - SUFFIX.length());
      classes.checkPackage(name, bundled);
      classes.readHead(name, entry, feature);
    }
    return classes;
  }

  private static boolean isClass(JarEntry entry) {
    String name = entry.getName();
    return !entry.isDirectory()
        && name.endsWith(SUFFIX)
        && !name.endsWith("module-info.class")
        && !name.startsWith("META-INF/");
  }

  private void checkPackage(String name, boolean bundled) {
    if (name.startsWith(API)) {
      throw problem.of(
          PLUGIN_INCOMPATIBLE,
          "contains classes of io.vllmmonitor.api; give the API the scope 'provided'");
    }
    if (name.startsWith("java/")) {
      throw problem.of(
          PLUGIN_FORBIDDEN_CLASS,
          "contains " + dotted(name) + "; packages that begin with java. belong to the JVM");
    }
    if (name.startsWith(OURS) && !(bundled && name.startsWith(BUNDLED))) {
      throw problem.of(
          PLUGIN_FORBIDDEN_CLASS,
          "contains "
              + dotted(name)
              + "; packages that begin with io.vllmmonitor. belong to the monitor, give your classes"
              + " a package of your own");
    }
  }

  private void readHead(String name, JarEntry entry, int feature) throws IOException {
    byte[] bytes = bytes(entry);
    checkVersion(name, bytes, feature);
    try {
      ClassReader reader = new ClassReader(bytes);
      if (!reader.getClassName().equals(name)) {
        return; // No class loader finds it there: the name of the file is that of another class.
      }
      List<String> supers = new ArrayList<>(List.of(reader.getInterfaces()));
      String parent = reader.getSuperName();
      if (parent != null) {
        supers.add(0, parent);
      }
      entries.put(name, entry);
      shapes.put(name, new Shape(reader.getAccess(), supers));
    } catch (RuntimeException e) {
      throw damaged(name, e);
    }
  }

  private void checkVersion(String name, byte[] bytes, int feature) {
    if (bytes.length < HEADER || number(bytes, 0, 4) != MAGIC) {
      throw problem.of(
          PLUGIN_JAR_UNREADABLE,
          "holds " + dotted(name) + ", which is no class file; build or copy it again");
    }
    int major = number(bytes, 6, 2);
    if (major > feature + MAJOR_OFFSET) {
      throw problem.of(
          PLUGIN_CLASS_VERSION,
          "holds "
              + dotted(name)
              + " as a class file of version "
              + major
              + " (Java "
              + (major - MAJOR_OFFSET)
              + "), this JVM is Java "
              + feature
              + "; compile it with --release "
              + feature
              + " or less, or run the daemon on a newer Java");
    }
  }

  private static int number(byte[] bytes, int from, int count) {
    int number = 0;
    for (int i = from; i < from + count; i++) {
      number = (number << 8) | (bytes[i] & 0xff);
    }
    return number;
  }

  private byte[] bytes(JarEntry entry) throws IOException {
    try (InputStream in = jar.getInputStream(entry)) {
      byte[] bytes = in.readNBytes(LARGEST_CLASS + 1);
      if (bytes.length > LARGEST_CLASS) {
        throw problem.of(
            PLUGIN_JAR_LIMIT,
            "holds " + entry.getName() + " of more than " + (LARGEST_CLASS >> 20) + " MiB");
      }
      return bytes;
    }
  }

  private MonitorException damaged(String name, RuntimeException cause) {
    return problem.of(
        PLUGIN_JAR_UNREADABLE,
        "holds "
            + dotted(name)
            + ", whose class file is damaged ("
            + cause
            + "); build or copy it again");
  }

  /** The names of all classes, sorted. */
  Set<String> names() {
    return entries.keySet();
  }

  boolean contains(String name) {
    return shapes.containsKey(name);
  }

  /** What a class of the jar extends and implements. */
  Shape shape(String name) {
    Shape shape = shapes.get(name);
    if (shape == null) {
      throw new IllegalArgumentException("No class of the jar: " + name);
    }
    return shape;
  }

  /** Lets a visitor look at a class of the jar. */
  void visit(String name, ClassVisitor visitor, int options) {
    visitIfMentions(name, List.of(), visitor, options);
  }

  /**
   * Lets a visitor look at a class of the jar that mentions one of these words in its bytes, where
   * names stand as they are; that is found far faster than the class is read.
   *
   * @param words empty lets it look in any case
   */
  void visitIfMentions(String name, List<String> words, ClassVisitor visitor, int options) {
    JarEntry entry = entries.get(name);
    if (entry == null) {
      throw new IllegalArgumentException("No class of the jar: " + name);
    }
    try {
      byte[] bytes = bytes(entry);
      String text = words.isEmpty() ? "" : new String(bytes, StandardCharsets.ISO_8859_1);
      if (words.isEmpty() || words.stream().anyMatch(text::contains)) {
        new ClassReader(bytes).accept(visitor, options);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (MonitorException e) {
      throw e;
    } catch (RuntimeException e) {
      throw damaged(name, e);
    }
  }

  /** Methods and fields that a class declares itself, as name and descriptor. */
  Set<String> members(String name) {
    Set<String> known = members.get(name);
    if (known == null) {
      MemberNames names = new MemberNames();
      visit(name, names, ClassReader.SKIP_CODE | ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
      known = names.all;
      members.put(name, known);
    }
    return known;
  }

  /** A name as source code has it. */
  static String dotted(String name) {
    return name.replace('/', '.');
  }

  /** Collects what a class declares. */
  private static final class MemberNames extends ClassVisitor {
    private final Set<String> all = new HashSet<>();

    MemberNames() {
      super(Opcodes.ASM9);
    }

    @Override
    public @Nullable MethodVisitor visitMethod(
        int access,
        String name,
        String descriptor,
        @Nullable String signature,
        String @Nullable [] exceptions) {
      all.add(name + descriptor);
      return null;
    }

    @Override
    public @Nullable FieldVisitor visitField(
        int access,
        String name,
        String descriptor,
        @Nullable String signature,
        @Nullable Object value) {
      all.add(name + ":" + descriptor);
      return null;
    }
  }
}
