package io.vllmmonitor.persistence.backup;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * What a backup holds, kept as {@code backup.json} in it. Immutable.
 *
 * @param format of the backup; this program writes and reads {@value #FORMAT}
 * @param at when it was begun, RFC 3339
 * @param files sorted by path
 */
public record BackupManifest(int format, String at, List<Entry> files) {
  static final int FORMAT = 1;
  static final String NAME = "backup.json";

  /**
   * One file. Immutable.
   *
   * @param path inside the backup, parted by slashes
   * @param sha256 of its bytes, lower-case hex
   * @param commit the number of the newest commit it holds; −1 for files that count none
   */
  public record Entry(String path, long bytes, String sha256, long commit) {
    public Entry {
      requireNonNull(path, "path");
      requireNonNull(sha256, "sha256");
    }
  }

  public BackupManifest {
    requireNonNull(at, "at");
    files = List.copyOf(files);
  }

  /** The sum over all files. */
  public long bytes() {
    return files.stream().mapToLong(Entry::bytes).sum();
  }

  Optional<Entry> file(String path) {
    return files.stream().filter(entry -> entry.path().equals(path)).findFirst();
  }
}
