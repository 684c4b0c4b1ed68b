package io.vllmmonitor.core.mitigation;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Counts the scrapes in a row that succeeded on one life of the server. A failed scrape or another
 * incarnation starts the count anew, so nothing is done on what an earlier life showed. Confined to
 * the target's thread.
 */
final class EvidenceMeter {
  /** More are not needed by any gate. */
  private static final int MOST = 16;

  private static final Duration LEAST_REACH = Duration.ofSeconds(15);

  private final Duration reach;
  private final Deque<Instant> scrapes = new ArrayDeque<>();
  private @Nullable String incarnation;
  private @Nullable Instant lifeSince;

  EvidenceMeter(Duration interval) {
    Duration three = interval.multipliedBy(3);
    reach = three.compareTo(LEAST_REACH) < 0 ? LEAST_REACH : three;
  }

  void scraped(TargetSnapshot now) {
    if (!now.up()) {
      scrapes.clear();
      return;
    }
    if (lifeSince == null || !Objects.equals(incarnation, now.incarnation())) {
      scrapes.clear();
      incarnation = now.incarnation();
      lifeSince = now.at();
    }
    Instant last = scrapes.peekLast();
    if (last != null && !now.at().isAfter(last)) {
      // The same scrape again, or a clock that went back: no further evidence.
      return;
    }
    scrapes.addLast(now.at());
    if (scrapes.size() > MOST) {
      scrapes.removeFirst();
    }
  }

  /** How many of them are fresh, as views count it: within three intervals, at least 15 s. */
  int fresh(Instant now) {
    Instant oldest = now.minus(reach);
    return (int) scrapes.stream().filter(at -> !at.isBefore(oldest)).count();
  }

  /** The newest success; null when the newest scrape failed. */
  @Nullable Instant newest() {
    return scrapes.peekLast();
  }

  /** The first scrape of the present life; null before any. */
  @Nullable Instant lifeSince() {
    return lifeSince;
  }
}
