package io.vllmmonitor.acceptance.prove;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What an author of plugins does first, with Maven: the archetype gives a project whose build is
 * green, and the example builds; the command of the zip takes both jars. Skipped, with the reason,
 * where there is no Maven, or neither the archetype plugin nor a network.
 */
class AuthorProjectsIT {
  private static final String VERSION = "0.1.0";
  private static final String ARCHETYPE_PLUGIN = "3.4.0";
  private static final Path ROOT = Path.of(System.getProperty("build.root", "../.."));

  @TempDir private Path scratch;
  private Optional<MavenRun> found = Optional.empty();

  @BeforeEach
  void findMaven() throws IOException {
    Path real =
        Path.of(
            System.getProperty(
                "local.repository", System.getProperty("user.home") + "/.m2/repository"));
    found = MavenRun.find(ROOT, real, scratch.resolve("repository"));
    assumeTrue(found.isPresent(), "There is no mvn on the path");
    MavenRun maven = found.orElseThrow();
    maven.link();
    maven.put("", "vllm-monitor", VERSION, false);
    maven.put("monitor-plugins", "monitor-plugins", VERSION, false);
    maven.put("monitor-api", "monitor-api", VERSION, true);
    maven.put("monitor-plugins/testkit", "testkit", VERSION, true);
    maven.put("monitor-plugins/archetype", "monitor-plugin-archetype", VERSION, true);
  }

  @AfterEach
  void unlink() throws IOException {
    if (found.isPresent()) {
      found.orElseThrow().unlink();
    }
  }

  @Test
  void theArchetypeGivesAProjectThatIsGreen() throws Exception {
    MavenRun maven = found.orElseThrow();
    boolean offline = maven.holdsPlugin("maven-archetype-plugin", ARCHETYPE_PLUGIN);
    MavenRun.Result generated =
        maven.run(
            scratch,
            offline,
            "org.apache.maven.plugins:maven-archetype-plugin:" + ARCHETYPE_PLUGIN + ":generate",
            "-DarchetypeGroupId=io.vllmmonitor",
            "-DarchetypeArtifactId=monitor-plugin-archetype",
            "-DarchetypeVersion=" + VERSION,
            "-DgroupId=org.acme",
            "-DartifactId=my-rule",
            "-Dpackage=org.acme.rule");
    assumeTrue(
        offline || generated.exitCode() == 0,
        "The archetype plugin is not in the local repository and could not be fetched");
    assertThat(generated.exitCode()).as(generated.output()).isZero();
    verified(maven, scratch.resolve("my-rule"));
    assertThat(checked(scratch.resolve("my-rule/target/my-rule-1.0.0.jar")))
        .contains("OK my-rule 1.0.0", "brings guardrails");
  }

  @Test
  void theExampleBuildsAsAStrangerWouldBuildIt() throws Exception {
    MavenRun maven = found.orElseThrow();
    Path project = scratch.resolve("example");
    copy(ROOT.resolve("monitor-plugins/example"), project);
    verified(maven, project);
    assertThat(checked(project.resolve("target/queue-watch-1.0.0.jar")))
        .contains("OK queue-watch 1.0.0", "guardrails, mitigations");
  }

  private static void verified(MavenRun maven, Path project) throws Exception {
    MavenRun.Result built = maven.run(project, true, "verify");
    assertThat(built.exitCode()).as(built.output()).isZero();
    assertThat(built.output())
        .as("tests ran, and none was skipped")
        .containsPattern("Tests run: [1-9]\\d+, Failures: 0, Errors: 0, Skipped: 0");
  }

  private String checked(Path jar) throws Exception {
    Path bundle =
        UnzippedBundle.unzip(Path.of(System.getProperty("bundle.zip")), scratch.resolve("bundle"));
    Process process =
        new ProcessBuilder(
                bundle.resolve("bin/vllm-monitor").toString(), "plugin", "check", jar.toString())
            .redirectErrorStream(true)
            .start();
    String output =
        new String(
            process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path file : all.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else if (!from.relativize(file).startsWith("target")) {
          Files.copy(file, target);
        }
      }
    }
  }
}
