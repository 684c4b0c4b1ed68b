package io.vllmmonitor.acceptance.prove;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
      List.of("QueueWatchPlugin.java", "QueueGuardrail.java");
  private static final String SERVICE = "META-INF/services/io.vllmmonitor.api.plugin.MonitorPlugin";

  private ExamplePlugin() {}

  /** The source of the guide's guardrail. */
  static String guardrailSource() throws IOException {
    return new String(
        resource("guardrail/KvCacheAlmostFull.java"), java.nio.charset.StandardCharsets.UTF_8);
  }

  static void build(Path bundle, Path scratch, Path jar) throws IOException {
    Path sources = Files.createDirectories(scratch.resolve("example-src"));
    Path classes = Files.createDirectories(scratch.resolve("example-classes"));
    List<String> arguments =
        new ArrayList<>(
            List.of("--release", "17", "-d", classes.toString(), "-cp", api(bundle).toString()));
    for (String name : SOURCES) {
      Path file = sources.resolve(name);
      Files.write(file, resource("plugin/src/main/java/" + PACKAGE + name));
      arguments.add(file.toString());
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    if (compiler.run(null, null, null, arguments.toArray(new String[0])) != 0) {
      throw new ProofFailure("The example plugin does not compile against the api jar");
    }
    Path half = scratch.resolve("example.jar");
    try (OutputStream out = Files.newOutputStream(half);
        JarOutputStream archive = new JarOutputStream(out, manifest())) {
      archive.putNextEntry(new JarEntry(SERVICE));
      archive.write(resource("plugin/src/main/resources/" + SERVICE));
      try (Stream<Path> files = Files.walk(classes)) {
        for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
          archive.putNextEntry(new JarEntry(classes.relativize(file).toString()));
          Files.copy(file, archive);
        }
      }
    }
    Files.move(half, jar);
  }

  private static Manifest manifest() {
    Manifest manifest = new Manifest();
    Attributes attributes = manifest.getMainAttributes();
    attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    attributes.putValue("Plugin-Id", "queue-watch");
    attributes.putValue("Plugin-Version", "1.0.0");
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
