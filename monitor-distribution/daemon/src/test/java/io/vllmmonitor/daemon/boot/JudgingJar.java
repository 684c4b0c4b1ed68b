package io.vllmmonitor.daemon.boot;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.plugin.MonitorPlugin;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** Real jars with one guardrail that judges by chance, the clock, its state and a configuration. */
public final class JudgingJar {
  private static final String SOURCE =
      """
      package chancy;
      import io.vllmmonitor.api.extension.*;
      import io.vllmmonitor.api.guardrail.*;
      import io.vllmmonitor.api.lifecycle.FailureKind;
      import io.vllmmonitor.api.plugin.*;
      import io.vllmmonitor.api.view.MetricView;
      import java.time.InstantSource;
      import java.util.List;
      import java.util.random.RandomGenerator;

      public class Entry implements MonitorPlugin {
        public List<Guardrail> guardrails(PluginContext context) {
          return List.of(new Chancy(context));
        }

        static final class Chancy implements Guardrail {
          private final PluginContext context;
          private final InstantSource clock;
          private final RandomGenerator random;
          private final double limit;
          private double luck;

          Chancy(PluginContext context) {
            this.context = context;
            this.clock = context.clock();
            this.random = context.random();
            this.limit = context.config().number("limit", 0.95);
          }

          public String id() { return "ID"; }

          public GuardrailSpec spec() {
            return GuardrailSpec.of(Severity.ERROR, FailureKind.CACHE_OVERFLOW, "By chance.");
          }

          public Verdict check(MetricView view) {
            double now = view.max("usage");
            luck += random.nextDouble() + context.random().nextGaussian();
            String text = "VERSION at " + clock.instant() + " luck " + luck + " limit " + limit;
            int draw = random.nextInt(10);
            if (!view.has("usage") || draw == 0) {
              return Verdict.unknown(text);
            }
            return now > limit || draw == 1 ? Verdict.breach(text) : Verdict.pass();
          }

          public void saveState(StateWriter state) { state.number("luck", luck); }

          public void restoreState(StateReader state, int version) {
            luck = state.number("luck", 0);
          }
        }
      }
      """;

  private JudgingJar() {}

  /** The bytes of a jar whose plugin and guardrail have this id. */
  public static byte[] of(String id, String version) throws IOException {
    return of(id, version, new byte[0]);
  }

  /** The same with something in it that is of no use but makes it longer. */
  public static byte[] of(String id, String version, byte[] ballast) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Path classes = Files.createTempDirectory("classes");
    try (JarOutputStream out = new JarOutputStream(bytes)) {
      Manifest manifest = new Manifest();
      Attributes main = manifest.getMainAttributes();
      main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
      main.put(new Attributes.Name("Plugin-Id"), id);
      main.put(new Attributes.Name("Plugin-Version"), version);
      main.put(new Attributes.Name("Monitor-Api"), "0.1");
      out.putNextEntry(new JarEntry("META-INF/MANIFEST.MF"));
      manifest.write(out);
      out.putNextEntry(new JarEntry("META-INF/services/" + MonitorPlugin.class.getName()));
      out.write("chancy.Entry\n".getBytes(StandardCharsets.UTF_8));
      out.putNextEntry(new JarEntry("ballast"));
      out.write(ballast);
      compile(SOURCE.replace("ID", id).replace("VERSION", version), classes);
      for (Path file : files(classes)) {
        if (Files.isRegularFile(file)) {
          out.putNextEntry(new JarEntry(classes.relativize(file).toString()));
          out.write(Files.readAllBytes(file));
        }
      }
    } finally {
      for (Path file : files(classes)) {
        Files.delete(file);
      }
    }
    return bytes.toByteArray();
  }

  /** A folder and all that is in it, the deepest first. */
  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.sorted(Comparator.reverseOrder()).toList();
    }
  }

  private static void compile(String source, Path classes) {
    JavaCompiler compiler = requireNonNull(ToolProvider.getSystemJavaCompiler());
    StringWriter log = new StringWriter();
    String api = MonitorPlugin.class.getProtectionDomain().getCodeSource().getLocation().getPath();
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
  }

  /** A source in memory. */
  private static final class Text extends SimpleJavaFileObject {
    private final String source;

    Text(String source) {
      super(URI.create("string:///chancy/Entry.java"), JavaFileObject.Kind.SOURCE);
      this.source = source;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return source;
    }
  }
}
