package io.vllmmonitor.persistence.ingest;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.target.TargetId;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The lines of a scrape whose page is not, or not only, as expected. Begins with the expected lines
 * that were found; copies nothing before there is need. Confined to one thread.
 */
final class Lines {
  private final @Nullable PageShape known;
  private final int expected;
  private @Nullable TargetId target;
  private PageShape.@Nullable Builder builder;
  private @Nullable Set<SeriesKey> seen;

  /**
   * @param known the shape that was expected
   * @param expected how many of its lines were found, in order, from the first one on
   */
  Lines(@Nullable PageShape known, int expected) {
    this.known = expected == 0 ? null : known;
    this.expected = expected;
    this.target = this.known == null ? null : this.known.target();
  }

  /** Whether a further line may be of this scrape: its target, and a series not yet there. */
  boolean admits(SeriesKey key) {
    return requireNonNull(target, "no line yet").instance().equals(key.labels().get("instance"))
        && !seen().contains(key);
  }

  void add(byte[] body, int from, int head, int to, SeriesKey key) {
    seen().add(key);
    if (target == null) {
      target = new TargetId(requireNonNull(key.labels().get("instance"), "instance"));
    }
    builder().add(body, from, head, to, key);
  }

  /** The shape of all of them; the expected one itself where nothing was added or missing. */
  PageShape shape() {
    PageShape whole = known;
    return builder == null && whole != null && expected == whole.size() ? whole : builder().build();
  }

  private Set<SeriesKey> seen() {
    Set<SeriesKey> keys = seen;
    if (keys == null) {
      keys = known == null ? new HashSet<>() : new HashSet<>(known.series().subList(0, expected));
      seen = keys;
    }
    return keys;
  }

  private PageShape.Builder builder() {
    PageShape.Builder lines = builder;
    if (lines == null) {
      lines =
          known == null
              ? new PageShape.Builder(requireNonNull(target, "target"))
              : new PageShape.Builder(known, expected);
      builder = lines;
    }
    return lines;
  }
}
