package io.vllmmonitor.persistence.verify;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/**
 * What a verification read and found. Immutable.
 *
 * @param directory the data directory or the backup
 * @param backup whether it is a backup
 * @param at when it began
 * @param opened whether the file of records could be read to its end; if not, a daemon cannot start
 *     on the directory
 * @param parts in the order they were checked
 * @param findings the first ones, at most {@value #MOST_FINDINGS}
 * @param totalFindings all of them; 0 means that everything is well
 * @param notes what is worth knowing and no damage, such as rows that name others that are gone
 * @param freeBytes on the disk of the directory
 */
public record VerifyReport(
    Path directory,
    boolean backup,
    Instant at,
    boolean opened,
    List<PartReport> parts,
    List<Finding> findings,
    long totalFindings,
    List<String> notes,
    long freeBytes) {
  /** More findings than these are only counted. */
  public static final int MOST_FINDINGS = 1_000;

  public VerifyReport {
    requireNonNull(directory, "directory");
    requireNonNull(at, "at");
    parts = List.copyOf(parts);
    findings = List.copyOf(findings);
    notes = List.copyOf(notes);
  }
}
