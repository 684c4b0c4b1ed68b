package io.vllmmonitor.benchmarks.workload;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Scrapes at even distances, the same for every system. The times lie half a second beside whole
 * ones, so that no sample lies on the edge of a window: systems differ in which edge counts.
 *
 * @param name for tables, such as "synthetic"
 * @param pages one after the other; from the start again when there are fewer than scrapes
 * @param scrapes how many there are, at least 1
 * @param first when the first one was taken, in ms since 1970
 * @param interval from one to the next
 */
public record Workload(
    String name, List<Scrape> pages, int scrapes, long first, Duration interval) {
  public Workload {
    requireNonNull(name, "name");
    pages = List.copyOf(pages);
    if (pages.isEmpty() || scrapes < 1) {
      throw new IllegalArgumentException("A workload has at least one page and one scrape");
    }
  }

  /** A workload whose last scrape is about ten seconds older than now. */
  public static Workload endingNow(
      String name, List<Scrape> pages, int scrapes, Duration interval, Instant now) {
    long span = (scrapes - 1) * interval.toMillis();
    long first = (now.minusSeconds(10).toEpochMilli() - span) / 1000 * 1000 - 500;
    return new Workload(name, pages, scrapes, first, interval);
  }

  public Scrape scrape(int index) {
    return pages.get(index % pages.size());
  }

  /** When a scrape was taken, in ms since 1970. */
  public long timeOf(int index) {
    return first + index * interval.toMillis();
  }

  /** Half a second after the last scrape, in ms since 1970: the moment that queries ask about. */
  public long end() {
    return timeOf(scrapes - 1) + 500;
  }

  /** How many samples a run of scrapes holds. */
  public long samples(int from, int to) {
    long samples = 0;
    for (int i = from; i < to; i++) {
      samples += scrape(i).values().length;
    }
    return samples;
  }
}
