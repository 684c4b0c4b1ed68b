package io.vllmmonitor.core.plugin;

import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_START_FAILED;
import static io.vllmmonitor.api.error.ErrorCode.STORE_IO;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.code.CodeKind;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.plugin.MonitorPlugin;
import io.vllmmonitor.core.identity.ContentHash;
import io.vllmmonitor.core.jar.Dependency;
import io.vllmmonitor.core.jar.JarChecks;
import io.vllmmonitor.core.jar.JarDescriptor;
import io.vllmmonitor.core.script.ScriptCode;
import io.vllmmonitor.core.script.SourceHeader;
import io.vllmmonitor.core.worker.DeadlineWorker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Turns a recorded generation into loaded code, from the blob store alone. Jars are loaded from a
 * copy in the work directory that is named by its SHA-256 and checked against it. Guarded by the
 * platform's lock.
 */
final class CodeLoader {
  /** The name of a copy, whole or half written; everything else belongs to somebody else. */
  private static final Pattern COPY = Pattern.compile("([0-9a-f]{64})(-[0-9]+)?\\.(jar|tmp)");

  private final PlatformServices services;
  private final Path work;
  private final JarHost host;
  private final JarChecks checks = new JarChecks();

  /** The versions of the jars that are loaded; holds no loader that nobody else does. */
  private final Map<ClassLoader, String> versions = new WeakHashMap<>();

  private final DeadlineWorker worker;

  CodeLoader(PlatformServices services, Path work, DeadlineWorker worker) {
    this.services = services;
    this.work = work;
    this.worker = worker;
    try {
      Files.createDirectories(work);
    } catch (IOException e) {
      throw unwritable(work, e);
    }
    this.host = new JarHost(work);
  }

  /**
   * Checks a jar, once for each content.
   *
   * @param file the name under which it came, for messages
   * @throws MonitorException the codes of {@link JarChecks}
   */
  JarDescriptor inspect(byte[] bytes, String hash, String file, CodeKind kind) {
    return checks.check(copy(bytes, hash), hash, file, kind == CodeKind.BUNDLED_JAR);
  }

  /**
   * Checks the jar of a recorded generation, once for each content.
   *
   * @throws MonitorException BLOB_NOT_FOUND or STORE_DAMAGED when the bytes are not there; the
   *     codes of {@link JarChecks}
   */
  JarDescriptor inspect(CodeGeneration jar) {
    return checks
        .known(jar.codeHash(), jar.kind() == CodeKind.BUNDLED_JAR)
        .orElseGet(
            () ->
                inspect(
                    services.blobs().get(jar.codeHash()), jar.codeHash(), jar.file(), jar.kind()));
  }

  /**
   * Loads a generation.
   *
   * @param bases the loaders of the jars that run, by id, for those that depend on them
   * @throws MonitorException BLOB_NOT_FOUND or STORE_DAMAGED when the bytes are not there;
   *     PLUGIN_START_FAILED when a jar's entry cannot be made; the codes of {@link JarChecks}
   */
  UnitCode load(CodeGeneration generation, Function<String, Optional<ClassLoader>> bases) {
    byte[] code = services.blobs().get(generation.codeHash());
    if (generation.kind() == CodeKind.SOURCE) {
      SourceHeader header =
          SourceHeader.parse(generation.file(), new String(code, StandardCharsets.UTF_8));
      byte[] classes = services.blobs().get(generation.classesHash());
      return new SourceCode(ScriptCode.load(generation.file(), header, classes));
    }
    JarDescriptor descriptor =
        inspect(code, generation.codeHash(), generation.file(), generation.kind());
    List<ClassLoader> loaders =
        descriptor.dependencies().stream()
            .flatMap(dependency -> bases.apply(dependency.id()).filter(fits(dependency)).stream())
            .toList();
    return openJar(copy(code, generation.codeHash()), loaders, descriptor, generation.file());
  }

  /** A copy of a jar under the name of its hash. */
  Path copy(byte[] bytes, String hash) {
    Path jar = work.resolve(hash + ".jar");
    try {
      if (!Files.isRegularFile(jar) || !ContentHash.of(Files.readAllBytes(jar)).equals(hash)) {
        Path half = work.resolve(hash + ".tmp");
        Files.write(half, bytes);
        Files.move(half, jar, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      }
      return jar;
    } catch (IOException e) {
      throw unwritable(jar, e);
    }
  }

  /** Deletes the copies that are named by none of these hashes, and halves of copies. */
  void keepCopies(Set<String> hashes) {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(work)) {
      for (Path entry : entries) {
        Matcher copy = COPY.matcher(entry.getFileName().toString());
        boolean wanted =
            copy.matches()
                && copy.group(2) == null
                && copy.group(3).equals("jar")
                && hashes.contains(copy.group(1));
        if (copy.matches() && !wanted) {
          Files.delete(entry);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      services
          .problems()
          .note(
              STORE_IO,
              Blame.ENVIRONMENT,
              work.toString(),
              "Old copies of plugin jars cannot be deleted: " + e.getMessage());
    }
  }

  /** An optional dependency in a version that will not do counts as not there. */
  private Predicate<ClassLoader> fits(Dependency dependency) {
    return base -> dependency.accepts(versions.getOrDefault(base, ""));
  }

  private UnitCode openJar(
      Path jar, List<ClassLoader> bases, JarDescriptor descriptor, String file) {
    String id;
    try {
      id = host.open(jar, bases);
    } catch (RuntimeException | LinkageError e) {
      throw new MonitorException(
          PLUGIN_START_FAILED,
          Blame.PLUGIN,
          "Plugin jar " + file + " cannot be loaded: " + Failures.describe(e));
    }
    try {
      ClassLoader loader = host.getPluginClassLoader(id);
      versions.put(loader, descriptor.version());
      MonitorPlugin entry =
          Failures.run(
              worker,
              PLUGIN_START_FAILED,
              "Plugin " + descriptor.id() + ": the constructor of " + descriptor.entry(),
              () -> construct(loader, descriptor.entry()));
      return new JarCode(host, id, descriptor, entry);
    } catch (MonitorException e) {
      host.close(id);
      throw e;
    }
  }

  private static MonitorPlugin construct(ClassLoader loader, String entry) throws Exception {
    Object made;
    try {
      made = Class.forName(entry, true, loader).getConstructor().newInstance();
    } catch (java.lang.reflect.InvocationTargetException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new MonitorException(
          PLUGIN_START_FAILED, Blame.PLUGIN, entry + " threw " + Failures.describe(cause));
    }
    if (made instanceof MonitorPlugin plugin) {
      return plugin;
    }
    throw new MonitorException(
        PLUGIN_START_FAILED, Blame.PLUGIN, entry + " does not implement MonitorPlugin");
  }

  private static MonitorException unwritable(Path path, IOException cause) {
    return new MonitorException(
        STORE_IO,
        Blame.ENVIRONMENT,
        "The work directory for plugin jars cannot be written at "
            + path
            + ": "
            + cause.getMessage(),
        cause);
  }
}
