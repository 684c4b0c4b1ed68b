package io.vllmmonitor.daemon.boot;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;

/**
 * The file {@code daemon.json} of a data directory, by which the command line finds the daemon.
 * Written by the daemon when it listens, deleted when it ends; left behind by one that was killed.
 * Immutable.
 *
 * @param address {@code host:port} of the HTTP API
 * @param pid of the daemon's process
 */
public record DaemonFile(String address, long pid, Instant startedAt) {
  /** Its name in the data directory. */
  public static final String NAME = "daemon.json";

  private static final ObjectMapper MAPPER =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
  private static final int LONGEST = 10_000;

  public DaemonFile {
    requireNonNull(address, "address");
    requireNonNull(startedAt, "startedAt");
  }

  /** Puts the file in place as a whole. */
  public void write(Path dataDirectory) {
    Path file = dataDirectory.resolve(NAME);
    Path fresh = dataDirectory.resolve(NAME + ".new");
    var json = MAPPER.createObjectNode();
    json.put("address", address).put("pid", pid).put("started_at", startedAt.toString());
    try {
      Files.writeString(fresh, json.toPrettyString() + "\n");
      move(fresh, file);
    } catch (IOException e) {
      throw new MonitorException(
          ErrorCode.STORE_IO,
          Blame.ENVIRONMENT,
          file + " cannot be written: " + e.getMessage() + "; check the data directory",
          e);
    }
  }

  private static void move(Path fresh, Path file) throws IOException {
    try {
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** Deletes the file, where it is this daemon's own. */
  public void delete(Path dataDirectory) {
    if (read(dataDirectory).filter(this::equals).isPresent()) {
      try {
        Files.deleteIfExists(dataDirectory.resolve(NAME));
      } catch (IOException e) {
        throw new MonitorException(
            ErrorCode.STORE_IO,
            Blame.ENVIRONMENT,
            dataDirectory.resolve(NAME) + " cannot be deleted: " + e.getMessage(),
            e);
      }
    }
  }

  /** What the file says; empty when there is none or it is damaged. */
  public static Optional<DaemonFile> read(Path dataDirectory) {
    Path file = dataDirectory.resolve(NAME);
    try {
      if (!Files.isRegularFile(file) || Files.size(file) > LONGEST) {
        return Optional.empty();
      }
      JsonNode json = MAPPER.readTree(Files.readString(file));
      return Optional.of(
          new DaemonFile(
              json.path("address").asText(),
              json.path("pid").asLong(),
              Instant.parse(json.path("started_at").asText())));
    } catch (IOException | DateTimeException e) {
      // A torn or foreign file names no daemon; whoever asks says that there is none.
      return Optional.empty();
    }
  }

  /** Whether the process that wrote the file is still there. */
  public boolean alive() {
    return pid > 0 && ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
  }
}
