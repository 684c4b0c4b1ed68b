package io.vllmmonitor.persistence.retention;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.SeriesPart;
import java.time.Instant;
import java.util.List;

/**
 * What retention would forget at one moment, or forgot. Immutable.
 *
 * @param at when it was made
 * @param parts of the samples and their aggregates, oldest first
 * @param records one entry per kind that has rows of its age, empty ones left out
 * @param excessBytes how far the store would still be above its size cap, because the newest parts
 *     are never forgotten; 0 where all is well
 */
public record RetentionPlan(
    Instant at, List<PartRemoval> parts, List<RecordRemoval> records, long excessBytes) {
  /** Why a part goes. */
  public enum Reason {
    /** It is older than it is to be kept. */
    AGE,
    /** The store is larger than it may be, and this is the oldest part. */
    SIZE
  }

  /** One part that goes. Immutable. */
  public record PartRemoval(SeriesPart part, Reason reason) {
    public PartRemoval {
      requireNonNull(part, "part");
      requireNonNull(reason, "reason");
    }
  }

  /**
   * The rows of one kind. Immutable.
   *
   * @param before rows of earlier times are old
   * @param rows how many of them go
   * @param kept how many of them stay, since something that is alive needs them
   */
  public record RecordRemoval(RecordKind kind, Instant before, long rows, long kept) {
    public RecordRemoval {
      requireNonNull(kind, "kind");
      requireNonNull(before, "before");
    }
  }

  public RetentionPlan {
    requireNonNull(at, "at");
    parts = List.copyOf(parts);
    records = List.copyOf(records);
  }

  /** Whether nothing goes. */
  public boolean isEmpty() {
    return parts.isEmpty() && records.stream().allMatch(removal -> removal.rows() == 0);
  }

  /** Bytes of samples and aggregates that go; rows of records are small beside them. */
  public long bytes() {
    return parts.stream().mapToLong(removal -> removal.part().bytes()).sum();
  }

  /** How many rows of records go. */
  public long rows() {
    return records.stream().mapToLong(RecordRemoval::rows).sum();
  }
}
