package io.vllmmonitor.persistence.engine;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.store.StorageBackend;
import io.vllmmonitor.persistence.config.PersistenceConfig;
import io.vllmmonitor.persistence.disk.Disk;
import io.vllmmonitor.persistence.json.JsonFailures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The form a data directory was made with, as its {@code store.json} says: the back end, and the
 * name of the file of records. It keeps a changed configuration from starting an empty store beside
 * the full one. Immutable.
 *
 * @param database a plain file name; means nothing where the back end is JSON
 */
record StoreForm(StorageBackend backend, String database) {
  static final String NAME = "store.json";

  private static final int FORMAT = 1;
  private static final long MOST_BYTES = 10_000;
  private static final JsonMapper JSON = JsonMapper.builder().build();

  StoreForm {
    requireNonNull(backend, "backend");
    requireNonNull(database, "database");
  }

  static StoreForm of(PersistenceConfig config) {
    return new StoreForm(config.backend(), config.files().db());
  }

  /**
   * The form of what lies in a directory; empty for one without a store.
   *
   * @param config tells what the file of records is called where {@code store.json} is missing, as
   *     in directories of earlier versions
   * @throws MonitorException STORE_DAMAGED for a file that cannot be understood, STORE_NEWER for
   *     one of a later version, STORE_IO
   */
  static Optional<StoreForm> find(Path directory, PersistenceConfig config) {
    Path file = directory.resolve(NAME);
    try {
      if (Files.exists(file)) {
        return Optional.of(read(file));
      }
    } catch (JsonProcessingException e) {
      throw damaged(file, e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw JsonFailures.translate(file, "read", e);
    }
    if (Files.exists(directory.resolve(config.files().db()))) {
      StorageBackend known =
          config.backend() == StorageBackend.JSON ? StorageBackend.HYBRID : config.backend();
      return Optional.of(new StoreForm(known, config.files().db()));
    }
    return Files.exists(directory.resolve(JsonBackend.RECORDS))
        ? Optional.of(new StoreForm(StorageBackend.JSON, config.files().db()))
        : Optional.empty();
  }

  private static StoreForm read(Path file) throws IOException {
    if (Files.size(file) > MOST_BYTES) {
      throw damaged(file, "it is larger than " + MOST_BYTES + " bytes", null);
    }
    JsonNode json = JSON.readTree(Files.readAllBytes(file));
    int format = json.path("format").asInt();
    if (format > FORMAT) {
      throw new MonitorException(
          ErrorCode.STORE_NEWER,
          Blame.OPERATOR,
          file
              + " has format "
              + format
              + ", this version knows "
              + FORMAT
              + "; run the version that wrote it, or a later one");
    }
    String backend = json.path("backend").asText();
    String database = json.path("database").asText();
    for (StorageBackend known : StorageBackend.values()) {
      if (format == FORMAT && name(known).equals(backend) && !database.isEmpty()) {
        return new StoreForm(known, database);
      }
    }
    throw damaged(file, "it says " + json, null);
  }

  /**
   * Writes it where it does not stand yet; what stands there is the same.
   *
   * @throws MonitorException STORE_FULL or STORE_IO
   */
  void keep(Path directory) {
    if (Files.exists(directory.resolve(NAME))) {
      return;
    }
    try {
      write(directory);
    } catch (IOException e) {
      throw JsonFailures.translate(directory.resolve(NAME), "written", e);
    }
  }

  void write(Path directory) throws IOException {
    ObjectNode json = JSON.createObjectNode();
    json.put("format", FORMAT);
    json.put("backend", name(backend));
    json.put("database", database);
    Disk.write(directory.resolve(NAME), JSON.writeValueAsBytes(json));
  }

  /**
   * @throws MonitorException STORE_BACKEND_DIFFERS with the command that converts the directory;
   *     CONFIG_INVALID_VALUE for another name of the file of records
   */
  void requireSame(Path directory, PersistenceConfig config) {
    if (backend != config.backend()) {
      String wanted = name(config.backend());
      throw new MonitorException(
          ErrorCode.STORE_BACKEND_DIFFERS,
          Blame.OPERATOR,
          "The store in "
              + directory
              + " has the form "
              + name(backend)
              + ", the configuration says storage.backend: "
              + wanted
              + "; nothing was changed. Convert it with 'vllm-monitor convert --to "
              + wanted
              + " --data "
              + directory
              + "', or set storage.backend: "
              + name(backend));
    }
    if (backend != StorageBackend.JSON && !database.equals(config.files().db())) {
      throw new MonitorException(
          ErrorCode.CONFIG_INVALID_VALUE,
          Blame.OPERATOR,
          "Section 'storage': configuration key 'db_file' is '"
              + config.files().db()
              + "'; expected '"
              + database
              + "', as the records of "
              + directory
              + " lie there. Keep that name: it belongs to the directory");
    }
  }

  /** As configurations and people spell it. */
  static String name(StorageBackend backend) {
    return backend.name().toLowerCase(Locale.ROOT);
  }

  private static MonitorException damaged(Path file, String found, @Nullable Throwable cause) {
    return new MonitorException(
        ErrorCode.STORE_DAMAGED,
        Blame.ENVIRONMENT,
        file
            + " cannot be understood: "
            + found
            + "; it names the form of the store. Restore it from a backup, or delete it: then the"
            + " form is told by the files that lie there",
        cause);
  }
}
