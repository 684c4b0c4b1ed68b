package io.vllmmonitor.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vllmmonitor.api.extension.Extension;
import io.vllmmonitor.cli.template.TemplateKind;
import io.vllmmonitor.core.script.CompiledSource;
import io.vllmmonitor.core.script.CompilerChoice;
import io.vllmmonitor.core.script.ScriptCode;
import io.vllmmonitor.core.script.SourceCompiler;
import io.vllmmonitor.testkit.plugin.FakePluginContext;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code plugin new} writes passes what {@code plugin check} checks. */
class AuthorVerbsTest {
  private static final String SERVICE = "META-INF/services/io.vllmmonitor.api.plugin.MonitorPlugin";

  @TempDir private Path folder;
  private Run run = new Run(Path.of(""));

  @BeforeEach
  void start() {
    run = new Run(folder);
    run.daemon = java.util.Optional.empty();
  }

  @ParameterizedTest
  @EnumSource(TemplateKind.class)
  void aNewSourcePassesEveryGateWithoutJdk(TemplateKind kind) throws IOException {
    assertThat(make(kind.word(), "my-first.one")).as(run.err).isZero();
    Path file = folder.resolve("MyFirstOne.java");
    assertThat(run.out).contains("wrote " + file, "plugin check " + file, kind.folder() + "/");

    assertThat(run.command("plugin", "check", file.toString())).as(run.out).isZero();
    String word = kind == TemplateKind.STRATEGY ? "mitigation" : kind.word();
    assertThat(run.out).startsWith("OK my-first.one 1.0.0, a source, brings " + word);
    CompiledSource compiled =
        new SourceCompiler()
            .compile("MyFirstOne.java", Files.readAllBytes(file), CompilerChoice.JANINO);
    try (Extension made =
        ScriptCode.load("MyFirstOne.java", compiled.header(), compiled.classes())
            .instantiate(FakePluginContext.forTarget())) {
      assertThat(made.id()).isEqualTo("my-first.one");
      assertThat(made.configSpec().keys())
          .singleElement()
          .satisfies(
              key ->
                  assertThat(compiled.header().defaults())
                      .containsEntry(key.name(), key.defaultValue()));
    }
  }

  @ParameterizedTest
  @EnumSource(TemplateKind.class)
  void aNewProjectBuildsIntoAJarThatPasses(TemplateKind kind) throws Exception {
    assertThat(make(kind.word(), "queue-watch", "--jar", "--package", "org.acme.queue"))
        .as(run.err)
        .isZero();
    Path project = folder.resolve("queue-watch");
    assertThat(Files.readString(project.resolve("pom.xml")))
        .contains("<Plugin-Id>queue-watch</Plugin-Id>", "<groupId>org.acme.queue</groupId>")
        .contains("<monitor.version>" + productVersion() + "</monitor.version>")
        .doesNotContain("${artifactId}", "${groupId}", "${version}");
    assertThat(project.resolve("src/test/java/org/acme/queue/QueueWatchContractTest.java"))
        .exists();

    Path jar = jar(project);
    assertThat(run.command("plugin", "check", jar.toString(), "--json")).as(run.out).isZero();
    JsonNode answer = new ObjectMapper().readTree(run.out);
    assertThat(answer.path("ok").asBoolean()).isTrue();
    assertThat(answer.path("id").asText()).isEqualTo("queue-watch");
    assertThat(answer.path("brings")).hasSize(1);
    assertThat(sentencesThatHold(project, "org.acme.queue.QueueWatchContractTest"))
        .isGreaterThanOrEqualTo(15);
  }

  /** Runs the project's own test, as its build does. */
  private static int sentencesThatHold(Path project, String test) throws Exception {
    URL[] path = {
      project.resolve("target/classes/").toUri().toURL(),
      project.resolve("target/test-classes/").toUri().toURL()
    };
    int held = 0;
    try (URLClassLoader loader = new URLClassLoader(path, AuthorVerbsTest.class.getClassLoader())) {
      Class<?> contract = loader.loadClass(test);
      Constructor<?> constructor = contract.getDeclaredConstructor();
      constructor.setAccessible(true);
      for (Class<?> type = contract; type != null; type = type.getSuperclass()) {
        for (Method sentence : type.getDeclaredMethods()) {
          if (sentence.isAnnotationPresent(Test.class)) {
            sentence.setAccessible(true);
            sentence.invoke(constructor.newInstance());
            held++;
          }
        }
      }
    }
    return held;
  }

  @ParameterizedTest
  @ValueSource(strings = {"guardrail", "monitor", "metric-view", "list"})
  void namesThatTheTemplatesUseAreAvoided(String id) throws IOException {
    assertThat(make("guardrail", id)).as(run.err).isZero();
    Path file = Path.of(run.out.lines().findFirst().orElseThrow().substring("wrote ".length()));
    assertThat(run.command("plugin", "check", file.toString())).as(run.out).isZero();
    assertThat(make("guardrail", id, "--jar")).isZero();
    assertThat(jar(folder.resolve(id))).exists();
  }

  @Test
  void theGuideShowsWhatIsWritten() throws IOException {
    assertThat(make("guardrail", "queue-watch")).isZero();
    assertThat(Files.readString(folder.resolve("QueueWatch.java")))
        .isEqualTo(Files.readString(Path.of("../../docs/examples/guardrail/QueueWatch.java")));
  }

  @Test
  void nothingIsOverwritten() throws IOException {
    Path file = Files.writeString(folder.resolve("Mine.java"), "precious");
    assertThat(make("guardrail", "mine")).isEqualTo(2);
    assertThat(run.err).contains("VMON-5040", "is there already");
    assertThat(file).hasContent("precious");
  }

  @Test
  void aFolderThatCannotBeMadeIsAFailure() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    int code =
        run.command(
            "plugin", "new", "--kind", "guardrail", "--id", "mine", file.resolve("x").toString());
    assertThat(code).isEqualTo(1);
    assertThat(run.err).contains("VMON-5041");
  }

  @Test
  void wrongWordsAreAUsageErrorThatSaysWhatIsExpected() {
    assertThat(make("gardrail", "mine")).isEqualTo(2);
    assertThat(run.err).contains("expected guardrail, predictor, strategy");
    assertThat(make("guardrail", "Mine!")).isEqualTo(2);
    assertThat(run.err).contains("[a-z][a-z0-9.-]{1,63}");
    assertThat(make("guardrail", "mine", "--package", "1.2")).isEqualTo(2);
    assertThat(run.err).contains("is no Java package");
    assertThat(make("guardrail", "mine", "--jar", "--source")).isEqualTo(2);
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aSourceThatDoesNotCompileIsToldWhere() throws IOException {
    assertThat(make("guardrail", "mine")).isZero();
    Path file = folder.resolve("Mine.java");
    Files.writeString(file, Files.readString(file).replace("view.sum(", "view.summe("));
    assertThat(run.command("plugin", "check", file.toString())).isEqualTo(1);
    assertThat(run.out).contains("VMON-4003", "summe");
    assertThat(run.command("plugin", "check", file.toString(), "--json")).isEqualTo(1);
    JsonNode error = new ObjectMapper().readTree(run.out).path("errors").path(0);
    assertThat(error.path("name").asText()).isEqualTo("GUARDRAIL_COMPILE");
  }

  @Test
  void aSourceThatDoesWhatItMustNotIsToldWhat() throws IOException {
    assertThat(make("guardrail", "mine")).isZero();
    Path file = folder.resolve("Mine.java");
    Files.writeString(
        file,
        Files.readString(file)
            .replace("double waiting =", "java.lang.System.exit(1); double waiting ="));
    assertThat(run.command("plugin", "check", file.toString())).isEqualTo(1);
    assertThat(run.out).containsAnyOf("VMON-4004", "VMON-4003").contains("exit");
  }

  @Test
  void aJarThatIsNoPluginIsToldWhy() throws IOException {
    Path jar = folder.resolve("x.jar");
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream archive = new JarOutputStream(out)) {
      archive.putNextEntry(new JarEntry("hello.txt"));
    }
    assertThat(run.command("plugin", "check", jar.toString())).isEqualTo(1);
    assertThat(run.out).contains("VMON-5002", "no manifest");
  }

  @Test
  void whatIsNoFileOrNoCodeIsAUsageError() throws IOException {
    assertThat(run.command("plugin", "check", folder.resolve("none.java").toString())).isEqualTo(2);
    assertThat(run.err).contains("VMON-5042");
    Path text = Files.writeString(folder.resolve("notes.txt"), "x");
    assertThat(run.command("plugin", "check", text.toString())).isEqualTo(2);
    assertThat(run.err).contains("expected a .java source or a plugin .jar");
  }

  private static String productVersion() throws IOException {
    String pom = Files.readString(Path.of("pom.xml"));
    int from = pom.indexOf("<version>") + "<version>".length();
    return pom.substring(from, pom.indexOf('<', from));
  }

  private int make(String kind, String id, String... more) {
    List<String> arguments =
        new ArrayList<>(List.of("plugin", "new", "--kind", kind, "--id", id, folder.toString()));
    arguments.addAll(List.of(more));
    return run.command(arguments.toArray(new String[0]));
  }

  /** What Maven would build of it, its test included; the test is compiled only. */
  private Path jar(Path project) throws IOException {
    Path classes = Files.createDirectories(project.resolve("target/classes"));
    Path tests = Files.createDirectories(project.resolve("target/test-classes"));
    compile(project.resolve("src/main/java"), classes, "");
    compile(project.resolve("src/test/java"), tests, classes + java.io.File.pathSeparator);
    Manifest manifest = new Manifest();
    Attributes attributes = manifest.getMainAttributes();
    attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    attributes.putValue("Plugin-Id", "queue-watch");
    attributes.putValue("Plugin-Version", "1.0.0");
    attributes.putValue("Monitor-Api", "0.1");
    Path jar = project.resolve("target/queue-watch-1.0.0.jar");
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream archive = new JarOutputStream(out, manifest)) {
      archive.putNextEntry(new JarEntry(SERVICE));
      Files.copy(project.resolve("src/main/resources/" + SERVICE), archive);
      for (Path file : files(classes)) {
        archive.putNextEntry(new JarEntry(classes.relativize(file).toString()));
        Files.copy(file, archive);
      }
    }
    return jar;
  }

  private static void compile(Path sources, Path classes, String path) throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--release",
                "17",
                "-Werror",
                "-Xlint:unchecked,rawtypes,deprecation",
                "-proc:none",
                "-d",
                classes.toString(),
                "-cp",
                path + System.getProperty("java.class.path")));
    files(sources).forEach(file -> arguments.add(file.toString()));
    assertThat(
            ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, arguments.toArray(new String[0])))
        .isZero();
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).sorted().toList();
    }
  }
}
