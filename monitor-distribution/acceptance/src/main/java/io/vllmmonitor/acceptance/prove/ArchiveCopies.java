package io.vllmmonitor.acceptance.prove;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Compares archives, and makes copies of one with something evil in each. */
final class ArchiveCopies {
  private static final ObjectMapper JSON = new ObjectMapper();

  private ArchiveCopies() {}

  /** The names and hashes of all files. */
  static Map<String, String> bytes(Path directory) throws Exception {
    Map<String, String> found = new TreeMap<>();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
        found.put(directory.relativize(file).toString(), HexFormat.of().formatHex(hash));
      }
    }
    return found;
  }

  /** How many samples an archive says it has. */
  static long samples(Path archive) throws IOException {
    long rows = 0;
    for (JsonNode file : JSON.readTree(archive.resolve("manifest.json").toFile()).path("files")) {
      if (file.path("path").asText().startsWith("samples/")) {
        rows += file.path("rows").asLong();
      }
    }
    return rows;
  }

  static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }

  /** A change to an archive. */
  private interface Evil {
    void befall(Path archive) throws IOException;
  }

  /** Copies of a sound archive, each with one evil, by the code that must answer it. */
  static Map<Path, String> hostile(Path sound, Path into) throws IOException {
    Map<Path, String> copies = new LinkedHashMap<>();
    Files.createDirectories(into);
    add(copies, sound, into, "VMON-7202", archive -> flip(largest(archive)));
    add(copies, sound, into, "VMON-7202", archive -> cut(largest(archive)));
    add(copies, sound, into, "VMON-7201", archive -> Files.delete(largest(archive)));
    add(copies, sound, into, "VMON-7201", archive -> Files.writeString(archive.resolve("x"), "x"));
    add(copies, sound, into, "VMON-7201", ArchiveCopies::link);
    add(copies, sound, into, "VMON-7201", archive -> path(archive, "../../escaped"));
    add(copies, sound, into, "VMON-7201", archive -> path(archive, "/tmp/escaped"));
    add(copies, sound, into, "VMON-7204", archive -> version(archive, 99));
    add(copies, sound, into, "VMON-7203", ArchiveCopies::lieAboutSize);
    add(copies, sound, into, "VMON-7201", archive -> cut(archive.resolve("manifest.json")));
    return copies;
  }

  private static void add(Map<Path, String> copies, Path sound, Path into, String code, Evil evil)
      throws IOException {
    Path copy = into.resolve("hostile-" + copies.size());
    copy(sound, copy);
    evil.befall(copy);
    copies.put(copy, code);
  }

  private static Path largest(Path archive) throws IOException {
    try (Stream<Path> files = Files.walk(archive.resolve("samples"))) {
      return files
          .filter(Files::isRegularFile)
          .max(Comparator.comparingLong(file -> file.toFile().length()))
          .orElseThrow();
    }
  }

  private static void flip(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
  }

  private static void cut(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
  }

  private static void link(Path archive) throws IOException {
    Path file = largest(archive);
    Path elsewhere = archive.resolveSibling(archive.getFileName() + "-elsewhere");
    Files.move(file, elsewhere);
    Files.createSymbolicLink(file, elsewhere);
  }

  private static ObjectNode manifest(Path archive) throws IOException {
    return (ObjectNode) JSON.readTree(archive.resolve("manifest.json").toFile());
  }

  private static void path(Path archive, String path) throws IOException {
    ObjectNode manifest = manifest(archive);
    ((ObjectNode) manifest.path("files").get(0)).put("path", path);
    JSON.writeValue(archive.resolve("manifest.json").toFile(), manifest);
  }

  private static void version(Path archive, int version) throws IOException {
    JSON.writeValue(
        archive.resolve("manifest.json").toFile(),
        manifest(archive).put("format_version", version));
  }

  /** The manifest says that the samples inflate to one byte. */
  private static void lieAboutSize(Path archive) throws IOException {
    ObjectNode manifest = manifest(archive);
    for (JsonNode file : manifest.path("files")) {
      if (file.path("path").asText().startsWith("samples/")) {
        ((ObjectNode) file).put("inflated_bytes", 1);
      }
    }
    JSON.writeValue(archive.resolve("manifest.json").toFile(), manifest);
  }
}
