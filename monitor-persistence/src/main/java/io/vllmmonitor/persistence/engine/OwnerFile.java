package io.vllmmonitor.persistence.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Locale;
import java.util.Optional;

/**
 * {@code daemon.json}: the address, the process and the start of the one who runs here. It informs;
 * ownership itself is the lock.
 */
final class OwnerFile {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** RFC 3339 in UTC, always with milliseconds. */
  private static final DateTimeFormatter START =
      new DateTimeFormatterBuilder().appendInstant(3).toFormatter(Locale.ROOT);

  private final Path path;

  OwnerFile(Path directory) {
    this.path = directory.resolve("daemon.json");
  }

  /** Whole or not at all: written beside it, synchronised, renamed. */
  void write(Owner owner) throws IOException {
    ObjectNode json = JSON.createObjectNode();
    json.put("address", owner.address());
    json.put("pid", owner.pid());
    json.put("start", START.format(owner.start()));
    Path beside = path.resolveSibling("daemon.json.new");
    try (FileChannel channel =
        FileChannel.open(
            beside,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(JSON.writeValueAsBytes(json));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(beside, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Empty when there is none or it says nothing usable. */
  Optional<Owner> read() {
    try {
      JsonNode json = JSON.readTree(Files.readAllBytes(path));
      long pid = json.path("pid").asLong(0);
      if (pid <= 0) {
        return Optional.empty();
      }
      Instant start = Instant.parse(json.path("start").asText(""));
      return Optional.of(new Owner(pid, json.path("address").asText(""), start));
    } catch (IOException | DateTimeException e) {
      // It only informs: whoever asks goes on without knowing the owner's name.
      return Optional.empty();
    }
  }

  void delete() throws IOException {
    Files.deleteIfExists(path);
  }
}
