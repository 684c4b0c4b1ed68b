package io.vllmmonitor.persistence.exchange;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.store.RecordKind;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One file of an archive as its manifest states it. Immutable. Only the paths that an export makes
 * are known; nothing else of an archive is ever opened.
 *
 * @param path inside the archive, with slashes
 * @param rows records, samples, or 1 for a blob
 * @param bytes on disk
 * @param inflatedBytes the same as {@code bytes} where it is not compressed
 * @param sha256 of the bytes on disk, in lower-case hex
 */
record ArchiveFile(String path, long rows, long bytes, long inflatedBytes, String sha256) {
  private static final Pattern RECORDS =
      Pattern.compile("records/([a-z_]{1,40})\\.(jsonl|csv)(\\.zst)?");
  private static final Pattern SAMPLES =
      Pattern.compile("samples/([+-]?\\d{4,9}-\\d\\d-\\d\\d)\\.(jsonl|csv|chunks)(\\.zst)?");
  private static final Pattern BLOB = Pattern.compile("blobs/([0-9a-f]{64})(\\.zst)?");
  private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");

  ArchiveFile {
    requireNonNull(path, "path");
    if (!RECORDS.matcher(path).matches()
        && !SAMPLES.matcher(path).matches()
        && !BLOB.matcher(path).matches()) {
      throw ArchiveErrors.invalid(
          "the path " + ArchiveErrors.show(path) + " is named",
          "only paths such as records/incidents.jsonl, samples/2026-11-25.jsonl.zst or blobs/HASH");
    }
    if (!HASH.matcher(sha256).matches()) {
      throw ArchiveErrors.invalid(
          path + " has the hash " + ArchiveErrors.show(sha256), "64 lower-case hex digits");
    }
    if (rows < 0 || bytes < 0 || inflatedBytes < 0) {
      throw ArchiveErrors.invalid(path + " has a negative size", "sizes from 0");
    }
    if (!path.endsWith(".zst") && bytes != inflatedBytes) {
      throw ArchiveErrors.invalid(
          path + " has two sizes, " + bytes + " and " + inflatedBytes,
          "one, uncompressed as it is");
    }
  }

  boolean isCompressed() {
    return path.endsWith(".zst");
  }

  boolean isCsv() {
    return path.contains(".csv");
  }

  boolean isChunks() {
    return path.contains(".chunks");
  }

  /**
   * The kind of its records; empty when it holds none.
   *
   * @throws io.vllmmonitor.api.error.MonitorException ARCHIVE_INVALID for a table that there is not
   */
  Optional<RecordKind> kind() {
    Matcher matcher = RECORDS.matcher(path);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String table = matcher.group(1);
    return Optional.of(
        Arrays.stream(RecordKind.values())
            .filter(kind -> kind.table().equals(table))
            .filter(kind -> !LocalRecords.KINDS.contains(kind))
            .findFirst()
            .orElseThrow(
                () ->
                    ArchiveErrors.invalid(
                        "the table " + ArchiveErrors.show(table) + " is named",
                        "a table that is exchanged")));
  }

  /** The UTC day of its samples, in days since 1970; empty when it holds none. */
  Optional<Long> day() {
    Matcher matcher = SAMPLES.matcher(path);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(LocalDate.parse(matcher.group(1)).toEpochDay());
    } catch (DateTimeException e) {
      throw ArchiveErrors.invalid(path + " names no day", "such as samples/2026-11-25.jsonl", e);
    }
  }

  /** The hash of its blob; empty when it holds none. */
  Optional<String> blob() {
    Matcher matcher = BLOB.matcher(path);
    return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
  }
}
