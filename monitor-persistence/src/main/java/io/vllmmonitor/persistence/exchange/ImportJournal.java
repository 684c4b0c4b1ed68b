package io.vllmmonitor.persistence.exchange;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.vllmmonitor.persistence.disk.Disk;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;

/**
 * {@code import.json} in the data directory: there while an import changes the store, so that the
 * next start knows of one that did not end. A replacement is first copied to {@code import-staged},
 * then noted; from the note on it will be finished, before it nothing was changed.
 */
final class ImportJournal {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String STAGED = "import-staged";

  private final Path note;
  private final Path staged;

  ImportJournal(Path dataDirectory) {
    this.note = dataDirectory.resolve("import.json");
    this.staged = dataDirectory.resolve(STAGED);
  }

  /** An import that did not end. */
  record Unfinished(ImportMode mode, String directory) {}

  /** Empty when every import ended; then nothing is left of a copy that was not noted either. */
  Optional<Unfinished> unfinished() {
    try {
      if (Files.notExists(note)) {
        Disk.delete(staged);
        return Optional.empty();
      }
      JsonNode json = JSON.readTree(Files.readAllBytes(note));
      String name = json.path("mode").asText();
      ImportMode mode =
          Arrays.stream(ImportMode.values())
              .filter(candidate -> candidate.name().equals(name))
              .findFirst()
              .orElseThrow(() -> new IOException("it names no mode"));
      return Optional.of(new Unfinished(mode, json.path("directory").asText()));
    } catch (IOException e) {
      throw ArchiveErrors.io(note, "read", e);
    }
  }

  void begin(ImportMode mode, Path directory) {
    try {
      String json =
          JSON.createObjectNode()
              .put("mode", mode.name())
              .put("directory", directory.toString())
              .toString();
      Disk.write(note, (json + "\n").getBytes(UTF_8));
    } catch (IOException e) {
      throw ArchiveErrors.io(note, "written", e);
    }
  }

  void end() {
    try {
      Files.deleteIfExists(note);
      Disk.sync(Disk.parent(note));
      Disk.delete(staged);
    } catch (IOException e) {
      throw ArchiveErrors.io(note, "deleted", e);
    }
  }

  Path staged() {
    return staged;
  }

  /** Copies an archive into the data directory, comparing every hash on the way. */
  void stage(ArchiveDirectory archive, ExchangeProgress progress) {
    Path beside = staged.resolveSibling(STAGED + ".new");
    try {
      Disk.delete(beside);
      Disk.delete(staged);
      Files.createDirectory(beside);
      for (ArchiveFile file : archive.manifest().files()) {
        progress.step("copying " + file.path());
        Path copy = beside.resolve(file.path());
        Files.createDirectories(Disk.parent(copy));
        try (FileChannel channel =
            FileChannel.open(copy, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
          archive.copy(file, Channels.newOutputStream(channel), progress);
          channel.force(true);
        }
      }
      Disk.write(beside.resolve(Manifest.NAME), archive.manifest().print());
      Disk.syncTree(beside);
      Files.move(beside, staged, StandardCopyOption.ATOMIC_MOVE);
      Disk.sync(Disk.parent(staged));
    } catch (IOException e) {
      throw ArchiveErrors.io(staged, "written", e);
    }
  }
}
