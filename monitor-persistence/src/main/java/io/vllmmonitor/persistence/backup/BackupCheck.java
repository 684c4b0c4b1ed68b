package io.vllmmonitor.persistence.backup;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.persistence.backup.BackupManifest.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;

/** Compares every file of a backup with its manifest. Called by verification; changes nothing. */
public final class BackupCheck {
  private BackupCheck() {}

  /** Told what is wrong, file by file. */
  public interface Findings {
    /** Before each file; the work ends when this throws. */
    void begin(Entry entry);

    /**
     * @param path inside the backup
     */
    void found(String path, String what);

    /** A file that the manifest does not name. */
    void unnamed(String path);
  }

  /**
   * Checks all files.
   *
   * @return the manifest
   * @throws MonitorException BACKUP_INVALID when there is no manifest that can be read, STORE_IO
   *     when the folder cannot be listed
   */
  public static BackupManifest check(Path backup, Findings findings) {
    BackupManifest manifest = Restoring.manifest(backup);
    for (Entry entry : manifest.files()) {
      findings.begin(entry);
      check(backup, entry, findings);
    }
    Set<String> named = manifest.files().stream().map(Entry::path).collect(Collectors.toSet());
    try {
      for (Path file : BackupFiles.regularFiles(backup, Set.of())) {
        String path = backup.relativize(file).toString().replace('\\', '/');
        if (!named.contains(path) && !path.equals(BackupManifest.NAME)) {
          findings.unnamed(path);
        }
      }
    } catch (IOException e) {
      throw BackupFiles.failed("list", backup, e);
    }
    return manifest;
  }

  private static void check(Path backup, Entry entry, Findings findings) {
    Path file = backup.resolve(entry.path()).normalize();
    if (!file.startsWith(backup.normalize())) {
      findings.found(entry.path(), "its manifest names a file outside of it");
      return;
    }
    if (!Files.isRegularFile(file, NOFOLLOW_LINKS)) {
      findings.found(entry.path(), "is not there, or is no regular file");
      return;
    }
    try {
      long bytes = Files.size(file);
      String hash = BackupFiles.hash(file);
      if (bytes != entry.bytes() || !hash.equals(entry.sha256())) {
        findings.found(
            entry.path(),
            "has "
                + bytes
                + " bytes with SHA-256 "
                + hash
                + ", its manifest says "
                + entry.bytes()
                + " with "
                + entry.sha256());
      }
    } catch (IOException e) {
      findings.found(entry.path(), "cannot be read: " + e.getMessage());
    }
  }
}
