package io.vllmmonitor.core.testing;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.plugin.MonitorPlugin;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * Builds real plugin jars from sources: compiled by javac against the API, other jars, and classes
 * that are there while it compiles and gone when it runs.
 */
public final class JarBuilder {
  public static final String SERVICES = "META-INF/services/" + MonitorPlugin.class.getName();

  private final Map<String, String> manifest = new LinkedHashMap<>();
  private final Map<String, byte[]> entries = new LinkedHashMap<>();
  private final Map<String, String> sources = new LinkedHashMap<>();
  private final Map<String, String> stubs = new LinkedHashMap<>();
  private final List<byte[]> compiledOn = new ArrayList<>();

  private JarBuilder() {}

  /** A jar of this id with nothing but its manifest. */
  public static JarBuilder of(String id) {
    JarBuilder jar = new JarBuilder();
    jar.manifest.put("Plugin-Id", id);
    jar.manifest.put("Plugin-Version", "1.0.0");
    jar.manifest.put("Monitor-Api", "0.1");
    return jar;
  }

  /** A jar that can run and brings nothing: {@code PACKAGE.Entry}, the id without its hyphens. */
  public static JarBuilder plugin(String id) {
    String pack = id.replace("-", "");
    return of(id)
        .entry(pack + ".Entry")
        .source(
            pack + ".Entry",
            "public class Entry implements io.vllmmonitor.api.plugin.MonitorPlugin {}");
  }

  /** A jar with one guardrail that breaches with the text that an expression gives. */
  public static JarBuilder guardrail(String id, String expression) {
    String pack = id.replace("-", "");
    return of(id)
        .entry(pack + ".Entry")
        .source(
            pack + ".Entry",
            """
            import io.vllmmonitor.api.guardrail.*;
            import io.vllmmonitor.api.lifecycle.FailureKind;
            import io.vllmmonitor.api.plugin.*;
            import io.vllmmonitor.api.view.MetricView;
            import java.util.List;
            public class Entry implements MonitorPlugin {
              public List<Guardrail> guardrails(PluginContext context) {
                return List.of(new Answer());
              }
              static final class Answer implements Guardrail {
                public String id() { return "ID"; }
                public GuardrailSpec spec() {
                  return GuardrailSpec.of(Severity.ERROR, FailureKind.CACHE_OVERFLOW, "Answers.");
                }
                public Verdict check(MetricView view) { return Verdict.breach(EXPRESSION); }
              }
            }
            """
                .replace("ID", id)
                .replace("EXPRESSION", expression));
  }

  /** Adds a class that is compiled and packed; the package line is added. */
  public JarBuilder source(String name, String code) {
    sources.put(name, code);
    return this;
  }

  /** Adds a class that is there while the others are compiled, and not packed. */
  public JarBuilder stub(String name, String code) {
    stubs.put(name, code);
    return this;
  }

  /** Compiles against another jar too. */
  public JarBuilder on(byte[] jar) {
    compiledOn.add(jar);
    return this;
  }

  public JarBuilder entry(String className) {
    return entry(SERVICES, (className + "\n").getBytes(StandardCharsets.UTF_8));
  }

  public JarBuilder entry(String name, byte[] bytes) {
    entries.put(name, bytes);
    return this;
  }

  public JarBuilder manifest(String name, String value) {
    manifest.put(name, value);
    return this;
  }

  public JarBuilder version(String version) {
    return manifest("Plugin-Version", version);
  }

  /** Leaves out an attribute of the manifest, or an entry. */
  public JarBuilder without(String name) {
    manifest.remove(name);
    entries.remove(name);
    return this;
  }

  /** The finished jar; without any attribute it has no manifest. */
  public byte[] bytes() throws IOException {
    Map<String, byte[]> all = new LinkedHashMap<>(entries);
    compile().forEach(all::putIfAbsent);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JarOutputStream out = new JarOutputStream(bytes)) {
      if (!manifest.isEmpty()) {
        Manifest written = new Manifest();
        written.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.forEach(
            (name, value) -> written.getMainAttributes().put(new Attributes.Name(name), value));
        out.putNextEntry(new JarEntry("META-INF/MANIFEST.MF"));
        written.write(out);
      }
      for (Map.Entry<String, byte[]> entry : all.entrySet()) {
        out.putNextEntry(new JarEntry(entry.getKey()));
        out.write(entry.getValue());
      }
    }
    return bytes.toByteArray();
  }

  /** The finished jar as a file. */
  public Path write(Path file) throws IOException {
    return Files.write(file, bytes());
  }

  private Map<String, byte[]> compile() throws IOException {
    Map<String, byte[]> classes = new LinkedHashMap<>();
    if (sources.isEmpty()) {
      return classes;
    }
    Path scratch = Files.createTempDirectory("jar-builder");
    try {
      List<String> path = new ArrayList<>();
      if (!stubs.isEmpty()) {
        path.add(javac(scratch.resolve("stubs"), stubs, List.of(api())).toString());
      }
      for (byte[] jar : compiledOn) {
        path.add(Files.write(scratch.resolve("on-" + path.size() + ".jar"), jar).toString());
      }
      path.add(api());
      Path made = javac(scratch.resolve("classes"), sources, path);
      try (Stream<Path> files = Files.walk(made)) {
        for (Path file : files.filter(name -> name.toString().endsWith(".class")).toList()) {
          classes.put(made.relativize(file).toString(), Files.readAllBytes(file));
        }
      }
      return classes;
    } finally {
      delete(scratch);
    }
  }

  private static Path javac(Path folder, Map<String, String> code, List<String> classPath)
      throws IOException {
    List<Path> files = new ArrayList<>();
    for (Map.Entry<String, String> each : code.entrySet()) {
      int dot = each.getKey().lastIndexOf('.');
      Path file = folder.resolve(each.getKey().replace('.', '/') + ".java");
      Files.createDirectories(requireNonNull(file.getParent()));
      String pack = dot < 0 ? "" : "package " + each.getKey().substring(0, dot) + ";\n";
      files.add(Files.writeString(file, pack + each.getValue()));
    }
    JavaCompiler compiler = requireNonNull(ToolProvider.getSystemJavaCompiler());
    StringWriter log = new StringWriter();
    try (StandardJavaFileManager manager =
        compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
      List<String> options =
          List.of(
              "-d",
              folder.toString(),
              "-cp",
              String.join(File.pathSeparator, classPath),
              "-proc:none",
              "-nowarn",
              "--release",
              "17");
      boolean compiled =
          compiler
              .getTask(
                  log, manager, null, options, null, manager.getJavaFileObjectsFromPaths(files))
              .call();
      if (!compiled) {
        throw new IllegalStateException(log.toString());
      }
    }
    return folder;
  }

  private static String api() {
    return MonitorPlugin.class.getProtectionDomain().getCodeSource().getLocation().getPath();
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
