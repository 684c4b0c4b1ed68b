package io.vllmmonitor.api.store;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * A stretch of samples that a store can forget as a whole, at no cost: a day of samples, a month of
 * aggregates. Immutable.
 *
 * @param name unique within the store, such as {@code 2026-11-25}
 * @param from of the stretch, inclusive
 * @param to of the stretch, exclusive
 * @param samples how many it holds; aggregates count as one each
 * @param bytes on disk
 */
public record SeriesPart(
    String name, Content content, Instant from, Instant to, long samples, long bytes) {
  /** What a part holds. */
  public enum Content {
    /** Samples as they were measured. */
    SAMPLES,
    /** Aggregates of samples, which outlive them. */
    ROLLUPS
  }

  public SeriesPart {
    requireNonNull(name, "name");
    requireNonNull(content, "content");
    requireNonNull(from, "from");
    requireNonNull(to, "to");
  }
}
