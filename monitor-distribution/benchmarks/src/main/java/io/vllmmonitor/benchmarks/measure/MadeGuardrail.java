package io.vllmmonitor.benchmarks.measure;

import io.vllmmonitor.api.guardrail.Guardrail;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/**
 * Guardrails for the runs, as sources, as classes of the JDK's compiler and as plugin jars.
 * Stateless.
 */
final class MadeGuardrail {
  private static final List<String> BODIES =
      List.of(
          """
          double limit = view.firing() ? 0.80 : 0.90;
          double usage = view.max("vllm:kv_cache_usage_perc");
          double waiting = view.sum("vllm:num_requests_waiting");
          double running = view.sum("vllm:num_requests_running");
          if (usage > limit && waiting > running * 0.5 + NUMBER) {
            return Verdict.breach("The KV cache is full and requests wait");
          }
          return Verdict.pass();
          """,
          """
          double grown = view.rate("vllm:num_preemptions_total", 60);
          return grown > NUMBER + 10 ? Verdict.breach("It thrashes") : Verdict.pass();
          """,
          """
          double mean = view.mean("vllm:kv_cache_usage_perc", 60);
          return mean > NUMBER + 1 ? Verdict.breach("The KV cache stays full") : Verdict.pass();
          """,
          """
          double late = view.quantile("vllm:time_to_first_token_seconds", 0.95, 60);
          return late > NUMBER + 60 ? Verdict.breach("The first token is late") : Verdict.pass();
          """,
          """
          double waiting = view.sum("vllm:num_requests_waiting");
          return waiting > NUMBER + 500 ? Verdict.breach("Too many wait") : Verdict.pass();
          """);

  private MadeGuardrail() {}

  /** The rule that is raced: three questions and a few comparisons. */
  static String raced(String id, String type, int number) {
    return source(id, type, BODIES.get(0), number);
  }

  /** One of many rules, with a window or without one. */
  static String ofMany(String id, String type, int number) {
    return source(id, type, BODIES.get(number % BODIES.size()), number);
  }

  private static String source(String id, String type, String body, int number) {
    return """
        /*
         * id: %s
         * version: 1.0.%d
         * description: Made for a measurement
         */

        import io.vllmmonitor.api.guardrail.Guardrail;
        import io.vllmmonitor.api.guardrail.GuardrailSpec;
        import io.vllmmonitor.api.guardrail.Severity;
        import io.vllmmonitor.api.guardrail.Verdict;
        import io.vllmmonitor.api.lifecycle.FailureKind;
        import io.vllmmonitor.api.view.MetricView;

        public class %s implements Guardrail {
          public String id() {
            return "%s";
          }

          public GuardrailSpec spec() {
            return GuardrailSpec.of(Severity.WARNING, FailureKind.CACHE_OVERFLOW, "Measured");
          }

          public Verdict check(MetricView view) {
            %s
          }
        }
        """
        .formatted(id, number, type, id, body.replace("NUMBER", Integer.toString(number)));
  }

  /**
   * Compiles Java files with the JDK's compiler, against the API.
   *
   * @param classes the folder of the class files; made
   */
  static void compile(Path classes, Path... files) throws IOException {
    Files.createDirectories(classes);
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    if (compiler == null) {
      throw new IOException("There is no Java compiler here; run the benchmarks with a JDK");
    }
    String[] arguments =
        Stream.concat(
                Stream.of(
                    "--release",
                    "17",
                    "-proc:none",
                    "-nowarn",
                    "-cp",
                    api(),
                    "-d",
                    classes.toString()),
                Stream.of(files).map(Path::toString))
            .toArray(String[]::new);
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    if (compiler.run(null, said, said, arguments) != 0) {
      throw new IOException("It does not compile: " + said.toString(StandardCharsets.UTF_8));
    }
  }

  /**
   * A plugin jar with one guardrail.
   *
   * @param scratch takes the classes
   * @param version as in {@code 1.0.VERSION}; another version is another jar
   */
  static byte[] jar(Path scratch, String id, int version) throws IOException {
    String type = "made." + id.replace('-', '_');
    Path classes = scratch.resolve("classes-" + id);
    if (Files.notExists(classes)) {
      Path folder = Files.createDirectories(scratch.resolve("src-" + id));
      Path rule = folder.resolve("Rule.java");
      Files.writeString(rule, "package " + type + ";\n" + raced(id, "Rule", 0));
      Path entry = folder.resolve("Entry.java");
      Files.writeString(
          entry,
          """
          package %s;

          import io.vllmmonitor.api.guardrail.Guardrail;
          import io.vllmmonitor.api.plugin.MonitorPlugin;
          import io.vllmmonitor.api.plugin.PluginContext;
          import java.util.List;

          public final class Entry implements MonitorPlugin {
            @Override
            public List<Guardrail> guardrails(PluginContext context) {
              return List.of(new Rule());
            }
          }
          """
              .formatted(type));
      compile(classes, rule, entry);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JarOutputStream archive = new JarOutputStream(bytes, manifest(id, version));
        Stream<Path> files = Files.walk(classes)) {
      archive.putNextEntry(
          new JarEntry("META-INF/services/io.vllmmonitor.api.plugin.MonitorPlugin"));
      archive.write((type + ".Entry\n").getBytes(StandardCharsets.UTF_8));
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        archive.putNextEntry(new JarEntry(classes.relativize(file).toString()));
        Files.copy(file, archive);
      }
    }
    return bytes.toByteArray();
  }

  private static Manifest manifest(String id, int version) {
    Manifest manifest = new Manifest();
    Attributes attributes = manifest.getMainAttributes();
    attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    attributes.putValue("Plugin-Id", id);
    attributes.putValue("Plugin-Version", "1.0." + version);
    attributes.putValue("Monitor-Api", "0.1");
    return manifest;
  }

  private static String api() throws IOException {
    try {
      return Path.of(Guardrail.class.getProtectionDomain().getCodeSource().getLocation().toURI())
          .toString();
    } catch (URISyntaxException e) {
      throw new IOException("The API has no place on the disk", e);
    }
  }
}
