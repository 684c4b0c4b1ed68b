package io.vllmmonitor.persistence.backup;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.persistence.backup.BackupManifest.Entry;
import io.vllmmonitor.persistence.disk.Disk;
import io.vllmmonitor.persistence.sqlite.SqliteCopies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Makes a fresh data directory of a backup. Everything is checked against the manifest and by
 * SQLite before the directory gets its name, so what stands there is whole. Called by the verb
 * {@code restore}, without a daemon.
 */
public final class Restoring {
  private static final long MOST_MANIFEST_BYTES = 64L << 20;
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final SqliteCopies copies;

  /**
   * @param nanoTicker such as {@code System::nanoTime}
   */
  public Restoring(LongSupplier nanoTicker) {
    this.copies = new SqliteCopies(nanoTicker);
  }

  /**
   * Restores into a directory that does not exist or is empty.
   *
   * @return what was restored
   * @throws MonitorException BACKUP_INVALID when the backup is not whole, with the file and the
   *     reason; STORE_DIRECTORY_NOT_EMPTY; STORE_FULL, STORE_IO. Then the directory is as it was
   */
  public BackupManifest restore(Path backup, Path directory) {
    BackupManifest manifest = manifest(backup);
    Path target = directory.toAbsolutePath().normalize();
    requireEmpty(target);
    Path beside = target.resolveSibling(target.getFileName() + ".restoring");
    try {
      if (Files.exists(beside, LinkOption.NOFOLLOW_LINKS)) {
        BackupFiles.delete(beside);
      }
      BackupFiles.makeFolder(beside);
      for (Entry entry : manifest.files()) {
        restore(backup, entry, beside);
      }
      Disk.syncTree(beside);
      Files.deleteIfExists(target);
      Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE);
      Path parent = target.getParent();
      if (parent != null) {
        BackupFiles.synchronise(parent);
      }
      return manifest;
    } catch (IOException e) {
      throw BackupFiles.failed("restore into", target, e);
    }
  }

  /**
   * Checks every file of a backup and changes nothing.
   *
   * @throws MonitorException BACKUP_INVALID or STORE_IO
   */
  public BackupManifest check(Path backup) {
    BackupManifest manifest = manifest(backup);
    for (Entry entry : manifest.files()) {
      Path file = source(backup, entry);
      try {
        requireEqual(backup, entry, Files.size(file), BackupFiles.hash(file));
      } catch (IOException e) {
        throw BackupFiles.failed("read", file, e);
      }
      checkDatabase(backup, entry, file);
    }
    return manifest;
  }

  private void restore(Path backup, Entry entry, Path target) throws IOException {
    Path source = source(backup, entry);
    Path copy = target.resolve(entry.path());
    Path folder = copy.getParent();
    if (folder != null) {
      BackupFiles.makeFolder(folder);
    }
    String hash = BackupFiles.copy(source, copy);
    requireEqual(backup, entry, Files.size(copy), hash);
    checkDatabase(backup, entry, copy);
  }

  private static Path source(Path backup, Entry entry) {
    Path file = backup.resolve(entry.path()).normalize();
    boolean inside = file.startsWith(backup.normalize()) && !Path.of(entry.path()).isAbsolute();
    if (!inside || !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw invalid(backup, "'" + entry.path() + "' is no regular file in it", null);
    }
    return file;
  }

  private static void requireEqual(Path backup, Entry entry, long bytes, String hash) {
    if (bytes != entry.bytes() || !hash.equals(entry.sha256())) {
      throw invalid(
          backup,
          "'"
              + entry.path()
              + "' has "
              + bytes
              + " bytes with SHA-256 "
              + hash
              + ", its manifest says "
              + entry.bytes()
              + " with "
              + entry.sha256(),
          null);
    }
  }

  private void checkDatabase(Path backup, Entry entry, Path copy) {
    if (!entry.path().endsWith(".db")) {
      return;
    }
    try {
      copies.check(copy);
    } catch (MonitorException e) {
      throw invalid(backup, "'" + entry.path() + "' is not sound: " + e.getMessage(), e);
    }
  }

  private static void requireEmpty(Path target) {
    if (Files.notExists(target, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (Stream<Path> content = Files.list(target)) {
      if (content.findAny().isEmpty()) {
        return;
      }
    } catch (IOException e) {
      throw BackupFiles.failed("look into", target, e);
    }
    throw new MonitorException(
        ErrorCode.STORE_DIRECTORY_NOT_EMPTY,
        Blame.OPERATOR,
        target
            + " is not empty; a backup is restored into a fresh directory only. Name another one"
            + " with --data, or move this one away first");
  }

  static BackupManifest manifest(Path backup) {
    Path file = backup.resolve(BackupManifest.NAME);
    try {
      if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        throw invalid(backup, "it has no " + BackupManifest.NAME, null);
      }
      if (Files.size(file) > MOST_MANIFEST_BYTES) {
        throw invalid(backup, "its " + BackupManifest.NAME + " is larger than any we write", null);
      }
      BackupManifest manifest = JSON.readValue(Files.readAllBytes(file), BackupManifest.class);
      if (manifest == null || manifest.format() != BackupManifest.FORMAT) {
        throw invalid(
            backup,
            "it has format "
                + (manifest == null ? "null" : manifest.format())
                + ", this program reads format "
                + BackupManifest.FORMAT,
            null);
      }
      return manifest;
    } catch (IOException e) {
      throw invalid(backup, "its manifest cannot be read: " + e.getMessage(), e);
    } catch (IllegalArgumentException | NullPointerException e) {
      throw invalid(backup, "its manifest is incomplete: " + e.getMessage(), e);
    }
  }

  /** For linking to it; one that is not sound is not linked to. */
  static @Nullable BackupManifest manifestIfSound(Path backup) {
    try {
      return manifest(backup);
    } catch (MonitorException e) {
      return null;
    }
  }

  private static MonitorException invalid(Path backup, String found, @Nullable Throwable cause) {
    return new MonitorException(
        ErrorCode.BACKUP_INVALID,
        Blame.OPERATOR,
        backup + " is no whole backup: " + found + "; nothing was changed, use another backup",
        cause);
  }
}
