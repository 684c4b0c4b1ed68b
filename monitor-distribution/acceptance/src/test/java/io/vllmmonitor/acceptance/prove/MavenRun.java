package io.vllmmonitor.acceptance.prove;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Runs Maven as an author does, on a local repository that holds this build's own artifacts beside
 * everything that the real one holds; nothing of ours is installed into the real one.
 */
final class MavenRun {
  private static final String GROUP = "io/vllmmonitor";

  private final Path program;
  private final Path root;
  private final Path real;
  private final Path repository;

  private MavenRun(Path program, Path root, Path real, Path repository) {
    this.program = program;
    this.root = root;
    this.real = real;
    this.repository = repository;
  }

  /** What it printed and how it ended. */
  record Result(int exitCode, String output) {}

  /**
   * @param root the folder of this build
   * @param real the local repository of this build
   * @return empty where no {@code mvn} is on the path
   */
  static Optional<MavenRun> find(Path root, Path real, Path repository) {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, "mvn"))
        .filter(Files::isExecutable)
        .findFirst()
        .map(program -> new MavenRun(program, root, real, repository));
  }

  /** Whether the real repository holds this plugin of Maven's own group. */
  boolean holdsPlugin(String artifact, String version) {
    return Files.exists(
        real.resolve("org/apache/maven/plugins")
            .resolve(artifact)
            .resolve(version)
            .resolve(artifact + "-" + version + ".jar"));
  }

  /** Shows everything of the real repository in the other one, except our own group. */
  void link() throws IOException {
    linkChildren(real, repository, "io");
    linkChildren(real.resolve("io"), repository.resolve("io"), "vllmmonitor");
  }

  private static void linkChildren(Path from, Path to, String except) throws IOException {
    Files.createDirectories(to);
    if (!Files.isDirectory(from)) {
      return;
    }
    try (Stream<Path> children = Files.list(from)) {
      for (Path child : children.toList()) {
        Path name = child.getFileName();
        if (!name.toString().equals(except)) {
          Files.createSymbolicLink(to.resolve(name), child.toAbsolutePath());
        }
      }
    }
  }

  /** Takes the links away again; what they point to stays. */
  void unlink() throws IOException {
    for (Path folder : List.of(repository, repository.resolve("io"))) {
      try (Stream<Path> children = Files.list(folder)) {
        for (Path child : children.filter(Files::isSymbolicLink).toList()) {
          Files.delete(child);
        }
      }
    }
  }

  /** Puts one module of this build there, with its jar where it has one. */
  void put(String module, String artifact, String version, boolean hasJar) throws IOException {
    Path folder =
        Files.createDirectories(repository.resolve(GROUP).resolve(artifact).resolve(version));
    Path base = root.resolve(module);
    Files.copy(base.resolve("pom.xml"), folder.resolve(artifact + "-" + version + ".pom"));
    if (hasJar) {
      String jar = artifact + "-" + version + ".jar";
      Files.copy(base.resolve("target").resolve(jar), folder.resolve(jar));
    }
  }

  Result run(Path folder, boolean offline, String... words)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(program.toString(), "-B", "-ntp", "-Dmaven.repo.local=" + repository));
    if (offline) {
      command.add("-o");
    }
    command.addAll(List.of(words));
    Path output = Files.createTempFile("maven-", ".out");
    try {
      Process process =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      if (!process.waitFor(180, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new ProofFailure("Maven took more than 180 s: " + Files.readString(output));
      }
      return new Result(process.exitValue(), Files.readString(output));
    } finally {
      Files.deleteIfExists(output);
    }
  }
}
