package io.vllmmonitor.core.sampling;

import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.StaleMarker;
import io.vllmmonitor.api.target.TargetId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes the batch of a scrape: the page, what the monitor says about the scrape, and stale markers
 * for series that vanished. Remembers the page before. Guarded by its owner.
 */
final class BatchMaker {
  private static final int OWN = 4;

  private final TargetId target;
  private final List<SeriesKey> own;
  private PageShape shape = PageShape.none();
  private @Nullable PageShape listedShape; // the shape that list was made of
  private List<SeriesKey> list = List.of();

  BatchMaker(TargetId target, StoredKeys keys) {
    this.target = target;
    this.own =
        List.of(
            keys.own("up"),
            keys.own("scrape_duration_seconds"),
            keys.own("scrape_samples_scraped"),
            keys.own("scrape_series_added"));
  }

  /** Keys that a page cannot bring itself. */
  Set<SeriesKey> reserved() {
    return Set.copyOf(own);
  }

  /** The shape of the newest page. */
  PageShape shape() {
    return shape;
  }

  /**
   * The batch of one scrape.
   *
   * @param page what was taken; null when the scrape brought nothing
   */
  SampleBatch make(Instant at, @Nullable PageSink page, boolean up, Duration took) {
    PageShape now = page == null ? PageShape.none() : page.shape();
    PageShape before = shape;
    shape = now;
    int size = now.storedKeys().size();
    List<SeriesKey> gone = now == before ? List.of() : missing(before, now);
    int added = now == before ? 0 : missing(now, before).size();
    double[] values = new double[OWN + size + gone.size()];
    values[0] = up ? 1 : 0;
    values[1] = took.toNanos() / 1e9;
    values[2] = size;
    values[3] = added;
    for (int i = 0; page != null && i < size; i++) {
      values[OWN + i] = page.value(i);
    }
    Arrays.fill(values, OWN + size, values.length, StaleMarker.value());
    return new SampleBatch(target, at, series(now, gone), values);
  }

  private List<SeriesKey> series(PageShape now, List<SeriesKey> gone) {
    if (now != listedShape) {
      List<SeriesKey> all = new ArrayList<>(own);
      all.addAll(now.storedKeys());
      list = List.copyOf(all);
      listedShape = now;
    }
    if (gone.isEmpty()) {
      return list;
    }
    List<SeriesKey> all = new ArrayList<>(list);
    all.addAll(gone);
    return List.copyOf(all);
  }

  private static List<SeriesKey> missing(PageShape of, PageShape in) {
    List<SeriesKey> missing = new ArrayList<>();
    for (SeriesKey key : of.storedKeys()) {
      if (!in.hasStored(key)) {
        missing.add(key);
      }
    }
    return missing;
  }
}
