package io.vllmmonitor.acceptance.prove;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/** Builds the plugin of the guide into a jar, from nothing but the api jar of the bundle. */
final class ExamplePlugin {
  private static final String PACKAGE = "com/example/queuewatch/";
  private static final List<String> SOURCES =
      List.of("QueueWatchPlugin.java", "QueueGuardrail.java", "DrainQueue.java");
  private static final String SERVICE = "META-INF/services/io.vllmmonitor.api.plugin.MonitorPlugin";

  private ExamplePlugin() {}

  /** The source of the guide's guardrail. */
  static String guardrailSource() throws IOException {
    return new String(resource("guardrail/KvCacheAlmostFull.java"), StandardCharsets.UTF_8);
  }

  static void build(Path bundle, Path scratch, Path jar) throws IOException {
    build(bundle, scratch, jar, "queue-watch", "1.0.0", UnaryOperator.identity());
  }

  /**
   * Builds an edition of it.
   *
   * @param edit changes the text of each source
   */
  static void build(
      Path bundle, Path scratch, Path jar, String id, String version, UnaryOperator<String> edit)
      throws IOException {
    Path work = Files.createTempDirectory(scratch, "example");
    Path sources = Files.createDirectories(work.resolve("src"));
    Path classes = Files.createDirectories(work.resolve("classes"));
    List<String> arguments =
        new ArrayList<>(
            List.of("--release", "17", "-d", classes.toString(), "-cp", api(bundle).toString()));
    for (String name : SOURCES) {
      Path file = sources.resolve(name);
      String text =
          new String(resource("plugin/src/main/java/" + PACKAGE + name), StandardCharsets.UTF_8);
      Files.writeString(file, edit.apply(text));
      arguments.add(file.toString());
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    if (compiler.run(null, null, null, arguments.toArray(new String[0])) != 0) {
      throw new ProofFailure("The example plugin does not compile against the api jar");
    }
    Path half = work.resolve("example.jar");
    try (OutputStream out = Files.newOutputStream(half);
        JarOutputStream archive = new JarOutputStream(out, manifest(id, version))) {
      archive.putNextEntry(new JarEntry(SERVICE));
      archive.write(resource("plugin/src/main/resources/" + SERVICE));
      try (Stream<Path> files = Files.walk(classes)) {
        for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
          archive.putNextEntry(new JarEntry(classes.relativize(file).toString()));
          Files.copy(file, archive);
        }
      }
    }
    Files.move(half, jar, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static Manifest manifest(String id, String version) {
    Manifest manifest = new Manifest();
    Attributes attributes = manifest.getMainAttributes();
    attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    attributes.putValue("Plugin-Id", id);
    attributes.putValue("Plugin-Version", version);
    attributes.putValue("Monitor-Api", "0.1");
    return manifest;
  }

  /** The api jar of a bundle. */
  static Path api(Path bundle) throws IOException {
    try (Stream<Path> jars = Files.list(bundle.resolve("lib"))) {
      return jars.filter(jar -> jar.getFileName().toString().startsWith("monitor-api-"))
          .findFirst()
          .orElseThrow(() -> new ProofFailure("The bundle has no monitor-api jar in lib/"));
    }
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream stream = ExamplePlugin.class.getResourceAsStream("/examples/" + name)) {
      if (stream == null) {
        throw new ProofFailure("The proofs lack their resource " + name);
      }
      return stream.readAllBytes();
    }
  }
}
