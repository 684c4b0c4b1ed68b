package io.vllmmonitor.daemon.classes;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file with the classes of the daemon in the form in which Java keeps them in memory (class
 * data sharing). The start script names it after all it depends on, checks its checksum at every
 * start and starts without it when anything is amiss; the daemon makes it at an orderly stop where
 * the one it was started with was not used. Confined to the thread that stops the daemon.
 */
public final class ClassArchive {
  /** The system property by which the start script names the file. */
  public static final String PROPERTY = "vllm.monitor.classes";

  private static final Logger LOG = LoggerFactory.getLogger(ClassArchive.class);
  private static final String CHECKSUM = ".cksum";
  private static final Path MAPPED = Path.of("/proc/self/maps");
  // What another Java must be told to make an archive that this one's successor can use, and what
  // it
  // must not: neither agents and recordings, nor an archive of its own.
  private static final List<String> PASSED_ON = List.of("-XX:", "-Xm", "-Xs", "--enable-native-");
  private static final List<String> KEPT_BACK =
      List.of(
          "-XX:SharedArchiveFile",
          "-XX:ArchiveClassesAtExit",
          "-XX:StartFlightRecording",
          "-XX:TieredStopAtLevel",
          "-Xshare",
          "-XX:OnOutOfMemoryError",
          "-XX:OnError");

  private final Path file;

  private ClassArchive(Path file) {
    this.file = file;
  }

  /** The archive that is to be made; empty when the start script wants none or the one in use. */
  public static Optional<ClassArchive> wanted() {
    String name = System.getProperty(PROPERTY, "");
    return name.isEmpty() || isMapped(name)
        ? Optional.empty()
        : Optional.of(new ClassArchive(Path.of(name)));
  }

  private static boolean isMapped(String name) {
    try (Stream<String> lines = Files.lines(MAPPED, StandardCharsets.UTF_8)) {
      return lines.anyMatch(line -> line.endsWith(name));
    } catch (IOException | java.io.UncheckedIOException e) {
      LOG.debug("whether the archive of classes is in use cannot be told: {}", e.toString());
      return true; // then it stays as it is
    }
  }

  /**
   * Makes the archive in another process and puts it in place, with its checksum beside it. Nothing
   * comes of a failure, except a line in the log: the next start is as slow as this one was.
   *
   * @param most after which the attempt is given up
   */
  public void make(Duration most) {
    long begin = System.nanoTime();
    @Nullable Path made = null;
    try {
      Path folder = requireNonNull(file.getParent(), "the archive lies in a folder");
      if (Files.notExists(folder)) {
        Files.createDirectory(
            folder,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      made = folder.resolve(file.getFileName() + "." + ProcessHandle.current().pid() + ".tmp");
      if (run(made, most)) {
        putInPlace(folder, made);
        LOG.info(
            "Made the archive of classes for the next start in {} ms",
            (System.nanoTime() - begin) / 1_000_000);
      } else {
        LOG.info("No archive of classes came about within {} s", most.toSeconds());
      }
    } catch (IOException e) {
      LOG.info("No archive of classes for the next start: {}", e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      remove(made);
    }
  }

  /** Whether another Java wrote it in time. */
  private static boolean run(Path made, Duration most) throws IOException, InterruptedException {
    Path names = made.resolveSibling(made.getFileName() + ".names");
    try {
      Files.write(names, LoadedClasses.names());
      Process process =
          new ProcessBuilder(command(made, names))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      try {
        return process.waitFor(most.toMillis(), TimeUnit.MILLISECONDS)
            && process.exitValue() == 0
            && Files.exists(made);
      } finally {
        process.destroyForcibly();
      }
    } finally {
      remove(names);
    }
  }

  private static List<String> command(Path made, Path names) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    for (String argument : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (PASSED_ON.stream().anyMatch(argument::startsWith)
          && KEPT_BACK.stream().noneMatch(argument::startsWith)) {
        command.add(argument);
      }
    }
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-XX:ArchiveClassesAtExit=" + made);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(ClassLoading.class.getName());
    command.add(names.toString());
    return command;
  }

  /** The checksum last: an archive without the right one counts as none. */
  private void putInPlace(Path folder, Path made) throws IOException {
    Path sum = file.resolveSibling(file.getFileName() + CHECKSUM);
    Path newSum = made.resolveSibling(made.getFileName() + CHECKSUM);
    String checksum = PosixChecksum.of(made);
    List<Path> older = older(folder, made);
    Files.deleteIfExists(sum);
    Files.move(made, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    Files.writeString(newSum, checksum + "\n");
    Files.move(newSum, sum, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    older.forEach(ClassArchive::remove);
  }

  /** Archives of other versions, and what killed attempts left behind. */
  private List<Path> older(Path folder, Path made) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(one -> one.getFileName().toString().startsWith("classes-"))
          .filter(one -> !one.equals(made) && !one.equals(file))
          .filter(one -> !one.getFileName().toString().equals(file.getFileName() + CHECKSUM))
          .toList();
    }
  }

  private static void remove(@Nullable Path file) {
    if (file == null) {
      return;
    }
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      LOG.info("{} could not be removed: {}", file, e.toString());
    }
  }
}
