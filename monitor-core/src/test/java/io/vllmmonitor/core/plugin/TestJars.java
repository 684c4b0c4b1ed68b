package io.vllmmonitor.core.plugin;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.plugin.MonitorPlugin;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** Builds real plugin jars: compiled by javac, packed, with a manifest and a services line. */
final class TestJars {
  private static final String SERVICES = "META-INF/services/" + MonitorPlugin.class.getName();

  private final Map<String, String> manifest = new LinkedHashMap<>();
  private final Map<String, byte[]> entries = new LinkedHashMap<>();

  private TestJars() {}

  /** A jar of this id whose entry is a class of this body. */
  static TestJars plugin(String id, String version, String body) throws IOException {
    TestJars jar = new TestJars();
    jar.manifest.put("Plugin-Id", id);
    jar.manifest.put("Plugin-Version", version);
    jar.manifest.put("Monitor-Api", "0.1");
    jar.entries.put(SERVICES, "acme.Entry # the one\n".getBytes(StandardCharsets.UTF_8));
    jar.compile(body);
    return jar;
  }

  /** A jar with one guardrail that counts its calls, keeps the count, and always breaches. */
  static TestJars counting(String id, String version, String guardrail) throws IOException {
    return plugin(
        id,
        version,
        """
        public List<Guardrail> guardrails(PluginContext context) {
          return List.of(new Counting());
        }
        static class Counting implements Guardrail {
          private long count;
          private double sum;
          public String id() { return "GUARD"; }
          public GuardrailSpec spec() {
            return GuardrailSpec.of(Severity.ERROR, FailureKind.CACHE_OVERFLOW, "Counts.");
          }
          public Verdict check(MetricView view) {
            count++;
            sum += 0.1;
            return Verdict.breach("VERSION call " + count + " sum " + sum);
          }
          public void saveState(StateWriter state) {
            state.integer("count", count);
            state.number("sum", sum);
          }
          public void restoreState(StateReader state, int version) {
            count = state.integer("count", 0);
            sum = state.number("sum", 0);
          }
        }
        """
            .replace("GUARD", guardrail)
            .replace("VERSION", version));
  }

  TestJars manifest(String name, String value) {
    manifest.put(name, value);
    return this;
  }

  TestJars without(String name) {
    manifest.remove(name);
    entries.remove(name);
    return this;
  }

  TestJars withoutServices() {
    return without(SERVICES);
  }

  TestJars entry(String name, String text) {
    entries.put(name, text.getBytes(StandardCharsets.UTF_8));
    return this;
  }

  byte[] bytes() throws IOException {
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
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        out.putNextEntry(new JarEntry(entry.getKey()));
        out.write(entry.getValue());
      }
    }
    return bytes.toByteArray();
  }

  private void compile(String body) throws IOException {
    String source =
        """
        package acme;
        import io.vllmmonitor.api.extension.*;
        import io.vllmmonitor.api.guardrail.*;
        import io.vllmmonitor.api.learning.*;
        import io.vllmmonitor.api.lifecycle.*;
        import io.vllmmonitor.api.plugin.*;
        import io.vllmmonitor.api.view.*;
        import java.util.*;
        public class Entry implements MonitorPlugin {
        """
            + body
            + "}\n";
    Path classes = Files.createTempDirectory("classes");
    try {
      JavaCompiler compiler = requireNonNull(ToolProvider.getSystemJavaCompiler());
      StringWriter log = new StringWriter();
      String api =
          MonitorPlugin.class.getProtectionDomain().getCodeSource().getLocation().getPath();
      boolean compiled =
          compiler
              .getTask(
                  log,
                  null,
                  null,
                  List.of("-d", classes.toString(), "-cp", api, "-proc:none", "--release", "17"),
                  null,
                  List.of(new Text(source)))
              .call();
      if (!compiled) {
        throw new IllegalStateException(log.toString());
      }
      try (Stream<Path> files = Files.walk(classes)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          entries.put(classes.relativize(file).toString(), Files.readAllBytes(file));
        }
      }
    } finally {
      try (Stream<Path> files = Files.walk(classes)) {
        for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  /** A source in memory. */
  private static final class Text extends SimpleJavaFileObject {
    private final String source;

    Text(String source) {
      super(URI.create("string:///acme/Entry.java"), JavaFileObject.Kind.SOURCE);
      this.source = source;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return source;
    }
  }
}
