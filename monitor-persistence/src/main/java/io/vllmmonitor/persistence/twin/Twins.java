package io.vllmmonitor.persistence.twin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.history.Problem;
import io.vllmmonitor.persistence.disk.Disk;
import io.vllmmonitor.persistence.disk.Hashes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * JSON files that say what the store says. Each carries the SHA-256 of its entries: one that is
 * behind, as after a kill, is normal and is written again; one whose entries do not match was
 * edited by somebody who expected an effect, and that is told. Called by the daemon from one thread
 * at a time.
 */
public final class Twins {
  private static final long MOST_BYTES = 256L << 20;
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS).build();

  private final Path directory;
  private final String truth;
  private final InstantSource clock;
  private final Map<String, String> written = new HashMap<>();

  /**
   * @param directory the data directory
   * @param truth the name of the file that counts, which each twin names
   * @param clock dates what is written
   */
  public Twins(Path directory, String truth, InstantSource clock) {
    this.directory = requireNonNull(directory, "directory");
    this.truth = requireNonNull(truth, "truth");
    this.clock = requireNonNull(clock, "clock");
  }

  /**
   * Looks whether a twin was edited since it was written. Called at the start, before it is written
   * again.
   *
   * @param name relative to the directory, such as {@code plugins.json}
   * @return STORE_TWIN_CHANGED; empty when it is as it was written, or is not there
   */
  public Optional<Problem> check(String name) {
    return difference(name).map(found -> changed(name, found));
  }

  /**
   * What shows that somebody edited a twin since it was written, without telling it as a problem.
   * Called by verification.
   *
   * @return empty when it is as it was written, or is not there
   * @throws MonitorException STORE_IO
   */
  public Optional<String> difference(String name) {
    Path file = directory.resolve(name);
    try {
      if (Files.notExists(file)) {
        return Optional.empty();
      }
      if (Files.size(file) > MOST_BYTES) {
        return Optional.of("it is larger than " + MOST_BYTES + " bytes");
      }
      JsonNode json = JSON.readTree(Files.readAllBytes(file));
      String hash = hash(json.path("entries"));
      if (!hash.equals(json.path("sha256").asText())) {
        return Optional.of("its entries do not match its sha256");
      }
      written.put(name, hash);
      return Optional.empty();
    } catch (JsonProcessingException e) {
      return Optional.of("it is no JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw failed("read", file, e);
    }
  }

  /**
   * Writes a twin where its entries differ from those that were written last; whole or not at all.
   *
   * @param name relative to the directory; its folder is made
   * @return whether it was written
   * @throws MonitorException STORE_IO or STORE_FULL; the next call tries again
   */
  public boolean write(String name, ArrayNode entries) {
    String hash = hash(entries);
    Path file = directory.resolve(name);
    if (hash.equals(written.get(name)) && Files.exists(file)) {
      return false;
    }
    ObjectNode json = JSON.createObjectNode();
    json.put("twin_of", truth);
    json.put("note", "a readable copy; changes to it have no effect and are overwritten");
    json.put("written", clock.instant().toString());
    json.put("sha256", hash);
    json.set("entries", entries);
    try {
      Files.createDirectories(Disk.parent(file));
      Disk.write(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(json));
    } catch (IOException e) {
      throw failed("write", file, e);
    }
    written.put(name, hash);
    return true;
  }

  /** The names of the twins in a folder, relative to the directory; other files are not told. */
  public List<String> in(String folder) {
    Path path = directory.resolve(folder);
    if (!Files.isDirectory(path)) {
      return List.of();
    }
    try (Stream<Path> content = Files.list(path)) {
      return content
          .map(file -> folder + "/" + file.getFileName())
          .filter(name -> name.endsWith(".json"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw failed("list", path, e);
    }
  }

  /** Deletes the twins of a folder that are not among these names: what they told of is gone. */
  public void keepOnly(String folder, Set<String> names) {
    for (String name : in(folder)) {
      if (!names.contains(name) && written.remove(name) != null) {
        try {
          Files.deleteIfExists(directory.resolve(name));
        } catch (IOException e) {
          throw failed("delete", directory.resolve(name), e);
        }
      }
    }
  }

  private static String hash(JsonNode entries) {
    try {
      Object plain = JSON.treeToValue(entries, Object.class);
      return Hashes.sha256(JSON.writeValueAsString(plain).getBytes(UTF_8));
    } catch (JsonProcessingException e) {
      throw new MonitorException(
          ErrorCode.INTERNAL, Blame.MONITOR, "A twin cannot be written as JSON", e);
    }
  }

  private Problem changed(String name, String found) {
    Instant now = clock.instant();
    return new Problem(
        ErrorCode.STORE_TWIN_CHANGED,
        Blame.OPERATOR,
        name,
        directory.resolve(name)
            + " was changed by somebody ("
            + found
            + "); it is a readable copy of "
            + truth
            + " and was overwritten. Use the commands and folders of the monitor to change things",
        1,
        now,
        now);
  }

  private static MonitorException failed(String action, Path file, IOException cause) {
    boolean full = Disk.isFull(file, cause);
    return new MonitorException(
        full ? ErrorCode.STORE_FULL : ErrorCode.STORE_IO,
        Blame.ENVIRONMENT,
        "Could not "
            + action
            + " "
            + file
            + ": "
            + cause
            + (full ? "; free some space" : "; check the disk and the rights of the folder"),
        cause);
  }
}
