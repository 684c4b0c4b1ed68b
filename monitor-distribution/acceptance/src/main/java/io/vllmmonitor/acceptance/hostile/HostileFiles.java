package io.vllmmonitor.acceptance.hostile;

import io.vllmmonitor.acceptance.hostile.HostileInput.Act;
import io.vllmmonitor.acceptance.hostile.HostileInput.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Files that are none, files that are written badly, and folders that go away. */
final class HostileFiles {
  private static final long PIECE_PAUSE_NANOS = 100_000_000;
  private static final int PIECES = 12;

  private final List<JarRecipe> recipes = new ArrayList<>();
  private final List<HostileInput> inputs = new ArrayList<>();

  HostileFiles() {
    notFiles();
    rights();
    copies();
    sameId();
    folders();
  }

  List<JarRecipe> recipes() {
    return recipes;
  }

  List<HostileInput> inputs() {
    return inputs;
  }

  private void notFiles() {
    notAFile("jar-pipe", "a FIFO", Kind.JAR, path -> run("mkfifo", path.toString()));
    notAFile("jar-folder", "a folder", Kind.JAR, Files::createDirectory);
    notAFile("source-pipe", "a FIFO", Kind.SOURCE, path -> run("mkfifo", path.toString()));
    notAFile("source-folder", "a folder", Kind.SOURCE, Files::createDirectory);
    recipes.add(JarRecipe.of("jar-link"));
    notAFile(
        "source-link",
        "a symbolic link to a source elsewhere",
        Kind.SOURCE,
        path -> {
          Path elsewhere = path.resolveSibling(".elsewhere");
          Files.writeString(
              elsewhere, SourceText.of("source-link", "Link", "", "return Verdict.pass();"));
          Files.createSymbolicLink(path, elsewhere);
        });
    add(
        "jar-link",
        "a symbolic link to a good jar elsewhere",
        Expected.NOT_A_FILE_OF_A_JAR,
        Wave.GATE,
        place -> {
          Path elsewhere = place.jars().resolve(".elsewhere-link");
          Files.write(elsewhere, place.jar("jar-link"));
          Files.createSymbolicLink(place.jars().resolve("jar-link.jar"), elsewhere);
        });
  }

  private void rights() {
    recipes.add(JarRecipe.of("open-to-all"));
    add(
        "open-to-all",
        "a good jar that everybody may write",
        Expected.WRITABLE_BY_OTHERS,
        Wave.GATE,
        place -> {
          Path half = place.jars().resolve(".half-open-to-all");
          Files.write(half, place.jar("open-to-all"));
          Files.setPosixFilePermissions(half, PosixFilePermissions.fromString("rw-rw-rw-"));
          Files.move(half, place.jars().resolve("open-to-all.jar"));
        });
  }

  private void copies() {
    recipes.add(JarRecipe.of("slow-copy"));
    add(
        "slow-copy",
        "a jar that grows for more than a second",
        Expected.COPY,
        Wave.COPY,
        place -> {
          byte[] bytes = place.jar("slow-copy");
          Path file = place.jars().resolve("slow-copy.jar");
          Files.write(file, new byte[0]);
          for (int piece = 0; piece < PIECES; piece++) {
            int from = (int) ((long) bytes.length * piece / PIECES);
            int to = (int) ((long) bytes.length * (piece + 1) / PIECES);
            Files.write(file, Arrays.copyOfRange(bytes, from, to), StandardOpenOption.APPEND);
            LockSupport.parkNanos(PIECE_PAUSE_NANOS);
          }
        });
    recipes.add(JarRecipe.of("stalled-copy"));
    add(
        "stalled-copy",
        "a jar whose copy stops half-way until it was refused, and goes on",
        Expected.COPY,
        Wave.COPY,
        place -> {
          byte[] bytes = place.jar("stalled-copy");
          Path file = place.jars().resolve("stalled-copy.jar");
          Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
          place.awaitProblem("stalled-copy.jar");
          Files.write(
              file,
              Arrays.copyOfRange(bytes, bytes.length / 2, bytes.length),
              StandardOpenOption.APPEND);
        });
    recipes.add(JarRecipe.of("overwritten"));
    recipes.add(
        JarRecipe.of("overwritten-later")
            .withAttribute("Plugin-Id", "overwritten")
            .withAttribute("Plugin-Version", "2.0.0")
            .with(
                JarRecipe.Spot.MEMBERS,
                "  static final String LONGER = \"" + "x".repeat(500) + "\";"));
    add(
        "overwritten",
        "a running jar, overwritten in place",
        Expected.COPY,
        Wave.COPY,
        place -> {
          HostileInput.put(place.jars(), "overwritten.jar", place.jar("overwritten"));
          place.awaitLive("overwritten");
          Files.write(place.jars().resolve("overwritten.jar"), place.jar("overwritten-later"));
        });
  }

  private void sameId() {
    recipes.add(JarRecipe.of("twice"));
    recipes.add(
        JarRecipe.of("twice-again")
            .withAttribute("Plugin-Id", "twice")
            .withAttribute("Plugin-Version", "2.0.0"));
    inputs.add(
        new HostileInput(
            "twice",
            "two jars of one id",
            Kind.JAR,
            Expected.SAME_ID,
            Wave.COPY,
            true,
            List.of("twice-again.jar", "twice.jar"),
            Set.of(),
            place -> {
              HostileInput.put(place.jars(), "twice.jar", place.jar("twice"));
              place.awaitLive("twice");
              HostileInput.put(place.jars(), "twice-again.jar", place.jar("twice-again"));
            }));
  }

  private void folders() {
    inputs.add(folder("jars-gone", "the folder of jars is unmounted", Kind.JAR));
    inputs.add(folder("sources-gone", "the folder of sources is unmounted", Kind.SOURCE));
  }

  /** The proof renames the folder back when it takes the input away. */
  private static HostileInput folder(String name, String what, Kind kind) {
    return new HostileInput(
        name,
        what,
        kind,
        Expected.FOLDER_GONE,
        Wave.FOLDER,
        true,
        List.of(),
        Set.of(),
        place -> {
          Path folder = kind == Kind.JAR ? place.jars() : place.sources();
          Files.move(folder, HostileInput.away(folder));
        });
  }

  /** Makes something at a path. */
  private interface Maker {
    void at(Path path) throws IOException, InterruptedException;
  }

  private void notAFile(String name, String what, Kind kind, Maker maker) {
    String file = name + (kind == Kind.JAR ? ".jar" : ".java");
    inputs.add(
        new HostileInput(
            name,
            what,
            kind,
            kind == Kind.JAR ? Expected.NOT_A_FILE_OF_A_JAR : Expected.SOURCE_UNREADABLE,
            Wave.GATE,
            true,
            List.of(file),
            Set.of(name),
            place -> maker.at((kind == Kind.JAR ? place.jars() : place.sources()).resolve(file))));
  }

  private void add(String name, String what, Expected expected, Wave wave, Act drop) {
    inputs.add(
        new HostileInput(
            name,
            what,
            Kind.JAR,
            expected,
            wave,
            true,
            List.of(name + ".jar"),
            Set.of(name),
            drop));
  }

  private static void run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).inheritIO().start();
    if (!process.waitFor(10, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new IOException(String.join(" ", command) + " failed");
    }
  }
}
