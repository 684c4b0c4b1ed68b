package io.vllmmonitor.persistence.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.store.StorageBackend;
import io.vllmmonitor.persistence.disk.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder in which a conversion builds the other form, and the file in it that commits: from
 * there on the old files are moved aside and the new ones in, however often that is interrupted.
 * Used by whoever owns the directory.
 */
final class ConversionCommit {
  private static final String FOLDER = "converting";
  private static final String NEW = "new";
  private static final String READY = "ready.json";
  private static final String REPLACED = "before-conversion-";
  private static final Logger LOG = LoggerFactory.getLogger(ConversionCommit.class);
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Path directory;
  private final Path folder;

  /**
   * @param directory the data directory
   */
  ConversionCommit(Path directory) {
    this.directory = directory;
    this.folder = directory.resolve(FOLDER);
  }

  /** Takes away what an earlier conversion left that was not committed. */
  void begin() throws IOException {
    Disk.delete(folder);
  }

  /** Where the other form is built. */
  Path built() {
    return folder.resolve(NEW);
  }

  /**
   * From here on there is no way back: what was built takes the place of what is there.
   *
   * @param form of what was built
   * @param names that files of the form before may have
   * @param time names the folder of what is replaced
   */
  void write(StoreForm form, List<String> names, String time) throws IOException {
    ObjectNode json = JSON.createObjectNode();
    json.put("backend", StoreForm.name(form.backend()));
    json.put("database", form.database());
    json.put("replaced", REPLACED + time);
    Set<String> fresh = new TreeSet<>();
    try (Stream<Path> built = Files.list(built())) {
      built.map(path -> path.getFileName().toString()).forEach(fresh::add);
    }
    Set<String> old = new TreeSet<>(names);
    old.addAll(fresh); // whatever has such a name must neither be in the way nor be lost
    old.removeIf(name -> Files.notExists(directory.resolve(name)));
    old.forEach(json.putArray("old")::add);
    fresh.forEach(json.putArray("new")::add);
    Disk.write(folder.resolve(READY), JSON.writeValueAsBytes(json));
  }

  /** After a failure: the copy must not fill the disk. */
  void discardUnlessWritten() throws IOException {
    if (Files.notExists(folder.resolve(READY))) {
      Disk.delete(folder);
    }
  }

  /**
   * The form that a directory will have once a conversion is ended that was committed; empty where
   * there is none.
   *
   * @throws MonitorException STORE_IO for a commit that cannot be read or understood
   */
  static Optional<StoreForm> committed(Path directory) {
    Path ready = directory.resolve(FOLDER).resolve(READY);
    if (Files.notExists(ready)) {
      return Optional.empty();
    }
    try {
      return Optional.of(form(JSON.readTree(Files.readAllBytes(ready))));
    } catch (IOException e) {
      throw failed(directory, e);
    }
  }

  /**
   * Ends a conversion that was committed, and throws away one that was not. Called by whoever owns
   * the directory, before anything in it is opened.
   *
   * @return where the files of the form before lie now; empty when there was nothing to end
   * @throws MonitorException STORE_FULL, or STORE_IO, also for a commit that cannot be understood;
   *     calling again goes on
   */
  static Optional<Path> finish(Path directory) {
    Path folder = directory.resolve(FOLDER);
    if (Files.notExists(folder)) {
      return Optional.empty();
    }
    try {
      Path ready = folder.resolve(READY);
      if (Files.notExists(ready)) {
        LOG.info("Throwing away a conversion of {} that was interrupted", directory);
        Disk.delete(folder);
        return Optional.empty();
      }
      JsonNode commit = JSON.readTree(Files.readAllBytes(ready));
      Path replaced = directory.resolve(plain(commit.path("replaced")));
      exchange(directory, commit, replaced);
      form(commit).write(directory);
      Files.delete(ready); // first: without its folder it could not be repeated
      Disk.sync(folder);
      Disk.delete(folder);
      Disk.sync(directory);
      LOG.info(
          "The store in {} has another form now; the one before is in {}", directory, replaced);
      return Optional.of(replaced);
    } catch (IOException e) {
      throw failed(directory, e);
    }
  }

  /** Repeatable: what is still in the folder was not moved in, so what has its name is the old. */
  private static void exchange(Path directory, JsonNode commit, Path replaced) throws IOException {
    Path built = directory.resolve(FOLDER).resolve(NEW);
    Set<String> fresh = new TreeSet<>();
    for (JsonNode name : commit.path("new")) {
      fresh.add(plain(name));
    }
    Files.createDirectories(
        replaced,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    for (JsonNode node : commit.path("old")) {
      String name = plain(node);
      boolean isOld = !fresh.contains(name) || Files.exists(built.resolve(name));
      if (isOld && Files.exists(directory.resolve(name))) {
        Files.move(directory.resolve(name), replaced.resolve(name), StandardCopyOption.ATOMIC_MOVE);
      }
    }
    Disk.sync(replaced);
    Disk.sync(directory);
    for (String name : fresh) {
      if (Files.exists(built.resolve(name))) {
        Files.move(built.resolve(name), directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
      }
    }
    if (Files.exists(built)) {
      Disk.sync(built);
    }
    Disk.sync(directory);
  }

  private static StoreForm form(JsonNode commit) throws IOException {
    String name = commit.path("backend").asText();
    for (StorageBackend known : StorageBackend.values()) {
      if (StoreForm.name(known).equals(name)) {
        return new StoreForm(known, plain(commit.path("database")));
      }
    }
    throw new IOException(FOLDER + "/" + READY + " names the back end '" + name + "'");
  }

  private static String plain(JsonNode node) throws IOException {
    String name = node.asText();
    if (!name.matches("[A-Za-z0-9_][A-Za-z0-9._-]{0,99}")) {
      throw new IOException(FOLDER + "/" + READY + " has the name '" + name + "'");
    }
    return name;
  }

  static MonitorException failed(Path directory, IOException cause) {
    boolean full = Disk.isFull(directory, cause);
    return new MonitorException(
        full ? ErrorCode.STORE_FULL : ErrorCode.STORE_IO,
        Blame.ENVIRONMENT,
        "Could not convert the store in "
            + directory
            + ": "
            + cause
            + "; "
            + (full ? "free some space" : "check the disk and the rights of the folder")
            + ", then run the same again",
        cause);
  }
}
