package io.vllmmonitor.core.jar;

import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_JAR_LIMIT;
import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_JAR_UNREADABLE;
import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_MANIFEST;
import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_NO_ENTRY;

import io.vllmmonitor.api.plugin.MonitorPlugin;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.zip.ZipFile;
import org.objectweb.asm.Opcodes;

/**
 * Checks a plugin jar before anything is loaded from it: its zip, its manifest, its classes, its
 * one entry and its links to the API. What passed once under a hash is not read again. Thread-safe;
 * reading a jar of a MiB takes some tens of milliseconds.
 */
public final class JarChecks {
  private static final String SERVICES = "META-INF/services/" + MonitorPlugin.class.getName();
  private static final String ENTRY_TYPE = MonitorPlugin.class.getName().replace('.', '/');
  private static final int LONGEST_SERVICES_FILE = 10_000;
  private static final int LONGEST_MANIFEST = 1 << 20;
  private static final int MOST_REMEMBERED = 256;

  private final KnownTypes types = new KnownTypes();
  private final Object lock = new Object();
  private final Map<Passed, JarDescriptor> passed = new LinkedHashMap<>();

  /** What has been checked, and how strictly. */
  private record Passed(String hash, boolean bundled) {}

  /** What was found in a jar that passed lately; asks nothing of the disk. */
  public Optional<JarDescriptor> known(String hash, boolean bundled) {
    synchronized (lock) {
      return Optional.ofNullable(passed.get(new Passed(hash, bundled)));
    }
  }

  /**
   * Checks a jar, or remembers that it passed.
   *
   * @param jar the copy to read
   * @param hash SHA-256 of its bytes
   * @param file the name under which it came, for messages
   * @param bundled whether it ships with the distribution
   * @throws io.vllmmonitor.api.error.MonitorException why it cannot be a plugin of this daemon:
   *     PLUGIN_JAR_UNREADABLE, PLUGIN_JAR_LIMIT, PLUGIN_MANIFEST, PLUGIN_ID_INVALID,
   *     PLUGIN_VERSION_INVALID, PLUGIN_INCOMPATIBLE, PLUGIN_FORBIDDEN_CLASS, PLUGIN_CLASS_VERSION,
   *     PLUGIN_NO_ENTRY or PLUGIN_LINK
   */
  public JarDescriptor check(Path jar, String hash, String file, boolean bundled) {
    Optional<JarDescriptor> known = known(hash, bundled);
    if (known.isPresent()) {
      return known.get();
    }
    JarDescriptor checked = check(jar, file, bundled);
    synchronized (lock) {
      passed.put(new Passed(hash, bundled), checked);
      if (passed.size() > MOST_REMEMBERED) {
        passed.remove(passed.keySet().iterator().next());
      }
    }
    return checked;
  }

  /**
   * Checks a jar.
   *
   * @throws io.vllmmonitor.api.error.MonitorException as {@link #check(Path, String, String,
   *     boolean)}
   */
  public JarDescriptor check(Path jar, String file, boolean bundled) {
    JarProblem problem = new JarProblem(file);
    // The version decides which classes of a multi-release jar count.
    try (JarFile opened = new JarFile(jar.toFile(), false, ZipFile.OPEN_READ, Runtime.version())) {
      new ZipCheck(problem).check(opened);
      Manifest manifest = manifest(opened, problem);
      JarManifest.checkBasics(manifest, problem);
      JarClasses classes = JarClasses.read(opened, bundled, Runtime.version().feature(), problem);
      String entry = entry(opened, problem);
      JarDescriptor descriptor = JarManifest.descriptor(manifest, entry, problem);
      boolean dependent = !descriptor.dependencies().isEmpty();
      checkEntry(classes, entry, dependent, problem);
      new LinkCheck(classes, types, dependent, problem).check();
      return descriptor;
    } catch (IOException | UncheckedIOException | SecurityException | IllegalArgumentException e) {
      throw problem.of(
          PLUGIN_JAR_UNREADABLE,
          "cannot be read as a jar (" + e.getMessage() + "); build or copy it again");
    }
  }

  private static Manifest manifest(JarFile jar, JarProblem problem) throws IOException {
    JarEntry entry = jar.getJarEntry(JarFile.MANIFEST_NAME);
    if (entry != null && entry.getSize() > LONGEST_MANIFEST) {
      throw problem.of(PLUGIN_JAR_LIMIT, "has a manifest of more than 1 MiB");
    }
    Manifest manifest = jar.getManifest();
    if (manifest == null) {
      throw problem.of(PLUGIN_MANIFEST, "has no manifest; expected META-INF/MANIFEST.MF");
    }
    return manifest;
  }

  private static String entry(JarFile jar, JarProblem problem) throws IOException {
    JarEntry services = jar.getJarEntry(SERVICES);
    if (services == null) {
      throw problem.of(
          PLUGIN_NO_ENTRY, "has no " + SERVICES + "; expected it with the name of one class");
    }
    List<String> names;
    try (InputStream in = jar.getInputStream(services)) {
      byte[] bytes = in.readNBytes(LONGEST_SERVICES_FILE + 1);
      if (bytes.length > LONGEST_SERVICES_FILE) {
        throw problem.of(
            PLUGIN_NO_ENTRY, "has more than " + LONGEST_SERVICES_FILE + " bytes in " + SERVICES);
      }
      names =
          new String(bytes, StandardCharsets.UTF_8)
              .lines()
              .map(line -> line.replaceFirst("#.*", "").trim())
              .filter(line -> !line.isEmpty())
              .toList();
    }
    if (names.size() != 1) {
      throw problem.of(
          PLUGIN_NO_ENTRY,
          "names " + names.size() + " classes in " + SERVICES + "; expected exactly one");
    }
    return names.get(0);
  }

  private static void checkEntry(
      JarClasses classes, String entry, boolean dependent, JarProblem problem) {
    String name = entry.replace('.', '/');
    if (!classes.contains(name)) {
      throw problem.of(
          PLUGIN_NO_ENTRY, "names " + entry + " in " + SERVICES + ", but holds no such class");
    }
    JarClasses.Shape shape = classes.shape(name);
    boolean isPublic = (shape.access() & Opcodes.ACC_PUBLIC) != 0;
    if (!isPublic || !shape.isConcrete() || !classes.members(name).contains("<init>()V")) {
      throw problem.of(
          PLUGIN_NO_ENTRY,
          "names "
              + entry
              + " in "
              + SERVICES
              + "; expected a public class with a public constructor without parameters");
    }
    if (!reaches(classes, name, dependent, new HashSet<>())) {
      throw problem.of(
          PLUGIN_NO_ENTRY,
          "names " + entry + " in " + SERVICES + ", which does not implement MonitorPlugin");
    }
  }

  /** Whether a class implements the entry type, or may do so through a class of another plugin. */
  private static boolean reaches(
      JarClasses classes, String name, boolean dependent, Set<String> seen) {
    if (name.equals(ENTRY_TYPE)) {
      return true;
    }
    if (!classes.contains(name)) {
      return dependent && !KnownTypes.covers(name);
    }
    return seen.add(name)
        && classes.shape(name).supers().stream()
            .anyMatch(parent -> reaches(classes, parent, dependent, seen));
  }
}
