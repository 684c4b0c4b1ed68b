package io.vllmmonitor.persistence.exchange;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What an import did, or would do when it was a dry run. Immutable.
 *
 * @param source what the directory was: {@code archive} or {@code python}
 * @param parts samples, then the tables by name, then blobs; parts without content are left out
 * @param conflicts the first differences, at most {@link #MOST_CONFLICTS} of each part; the parts
 *     have the counts
 * @param rejected samples that the store refused, by reason
 * @param notes what could not be brought over, with counts; empty for an archive
 */
public record ImportReport(
    Path directory,
    String source,
    ImportMode mode,
    boolean dryRun,
    List<Part> parts,
    List<Conflict> conflicts,
    SortedMap<String, Long> rejected,
    List<String> notes) {
  /** How many differences of each part are shown. */
  public static final int MOST_CONFLICTS = 10;

  public ImportReport {
    requireNonNull(directory, "directory");
    requireNonNull(source, "source");
    requireNonNull(mode, "mode");
    parts = List.copyOf(parts);
    conflicts = List.copyOf(conflicts);
    rejected = Collections.unmodifiableSortedMap(new TreeMap<>(rejected));
    notes = List.copyOf(notes);
  }

  /**
   * The balance of one part: read = added + changed + same + kept + rejected.
   *
   * @param name {@code samples}, a table, or {@code blobs}
   * @param changed differed, and what was imported won
   * @param same was there already, bit for bit
   * @param kept differed, and what was there won
   * @param rejected by the store; only samples can be
   */
  public record Part(
      String name, long read, long added, long changed, long same, long kept, long rejected) {}

  /**
   * One difference.
   *
   * @param what which sample or row
   * @param won {@code imported} or {@code kept}
   * @param rule why
   */
  public record Conflict(String part, String what, String won, String rule) {}

  /** How many differed, over all parts. */
  public long differences() {
    return parts.stream().mapToLong(part -> part.changed() + part.kept()).sum();
  }
}
