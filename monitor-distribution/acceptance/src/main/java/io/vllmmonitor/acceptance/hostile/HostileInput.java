package io.vllmmonitor.acceptance.hostile;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * One thing that somebody could drop.
 *
 * @param name for the summary and the table
 * @param what it is, in a few words
 * @param kind which folder it goes to
 * @param expected what has to come of it
 * @param wave with which others it may be dropped
 * @param brief whether it belongs to the shortest form
 * @param files the names of its files; the first one is the one that is judged
 * @param units the ids under which it may be known
 * @param drop puts it there
 */
public record HostileInput(
    String name,
    String what,
    Kind kind,
    Expected expected,
    Wave wave,
    boolean brief,
    List<String> files,
    Set<String> units,
    Act drop) {
  public HostileInput {
    requireNonNull(name, "name");
    requireNonNull(what, "what");
    requireNonNull(kind, "kind");
    requireNonNull(expected, "expected");
    requireNonNull(wave, "wave");
    files = List.copyOf(files);
    units = Set.copyOf(units);
    requireNonNull(drop, "drop");
  }

  /** The folder. */
  public enum Kind {
    /** A plugin jar. */
    JAR,
    /** A guardrail source. */
    SOURCE,
    /** A source of any kind, in the folder for those. */
    EXTENSION
  }

  /** Something done to the folders of a daemon. */
  @FunctionalInterface
  public interface Act {
    void on(Place place) throws Exception;
  }

  /** Whether a problem with this subject is about it. */
  public boolean isAbout(String subject) {
    if (isFile(subject) || units.contains(subject)) {
      return true;
    }
    return Stream.of(subject.split("\\s+", -1)).anyMatch(units::contains);
  }

  /** Whether a subject is one of its files, with or without the folder in front. */
  public boolean isFile(String subject) {
    return files.contains(subject.substring(subject.lastIndexOf('/') + 1));
  }

  /** Its folder. */
  public Path folder(Place place) {
    return switch (kind) {
      case JAR -> place.jars();
      case SOURCE -> place.sources();
      case EXTENSION -> place.extensions();
    };
  }

  /** Takes all its files away, or brings its folder back. */
  public void takeAway(Place place) throws IOException {
    Path folder = folder(place);
    Path away = away(folder);
    if (Files.exists(away)) {
      Files.deleteIfExists(folder);
      Files.move(away, folder);
    }
    for (String file : files) {
      Path path = folder.resolve(file);
      if (Files.isDirectory(path) && !Files.isSymbolicLink(path)) {
        try (Stream<Path> inside = Files.walk(path)) {
          for (Path each : inside.sorted(Comparator.reverseOrder()).toList()) {
            Files.delete(each);
          }
        }
      } else {
        Files.deleteIfExists(path);
      }
    }
  }

  /** Where a folder is while it is unmounted. */
  static Path away(Path folder) {
    return folder.resolveSibling(folder.getFileName() + ".away");
  }

  /** Puts a file there in one step, as a careful copy does. */
  static void put(Path folder, String file, byte[] bytes) throws IOException {
    Path half = folder.resolve(".half-" + file);
    Files.write(half, bytes);
    Files.move(half, folder.resolve(file), StandardCopyOption.ATOMIC_MOVE);
  }
}
