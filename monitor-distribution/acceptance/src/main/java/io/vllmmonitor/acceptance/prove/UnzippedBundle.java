package io.vllmmonitor.acceptance.prove;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Unpacks the distribution the way its users do. */
final class UnzippedBundle {
  private UnzippedBundle() {}

  /** Unpacks the zip and answers its one top folder. */
  static Path unzip(Path zip, Path into) throws IOException, InterruptedException {
    if (!Files.isRegularFile(zip)) {
      throw new ProofFailure("There is no bundle " + zip + "; build it first");
    }
    Files.createDirectories(into);
    Process process =
        new ProcessBuilder("jar", "xf", zip.toAbsolutePath().toString())
            .directory(into.toFile())
            .inheritIO()
            .start();
    if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new ProofFailure("The bundle " + zip + " could not be unpacked");
    }
    try (Stream<Path> folders = Files.list(into)) {
      List<Path> top = folders.toList();
      if (top.size() != 1) {
        throw new ProofFailure("The bundle must unpack to one folder, found " + top);
      }
      Path program = top.get(0).resolve("bin/vllm-monitor");
      // The jar tool drops file modes; unzip keeps them, and the mode in the zip has a test of its
      // own.
      if (!program.toFile().setExecutable(true)) {
        throw new ProofFailure("There is no " + program);
      }
      return top.get(0);
    }
  }
}
