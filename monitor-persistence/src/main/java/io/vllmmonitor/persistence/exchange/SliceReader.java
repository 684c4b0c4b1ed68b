package io.vllmmonitor.persistence.exchange;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.LabelMatcher;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.store.SeriesPart;
import io.vllmmonitor.api.store.SeriesStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.SortedSet;
import java.util.TreeSet;

/** Reads a store stretch by stretch, with little memory however much there is. */
final class SliceReader {
  private static final SeriesSelector ALL = SeriesSelector.all();

  private final SeriesStore store;
  private final int mostSamples;

  SliceReader(SeriesStore store) {
    this(store, 1_000_000);
  }

  SliceReader(SeriesStore store, int mostSamples) {
    this.store = store;
    this.mostSamples = mostSamples;
  }

  /** The time of the newest sample. */
  OptionalLong newest() {
    return store.latest(ALL).stream().mapToLong(sample -> sample.at().toEpochMilli()).max();
  }

  /** The UTC days that may have samples within the span (both ends inclusive), oldest first. */
  SortedSet<Long> days(long fromMillis, long toMillis) {
    SortedSet<Long> days = new TreeSet<>();
    List<SeriesPart> parts =
        store.parts().stream()
            .filter(part -> part.content() == SeriesPart.Content.SAMPLES)
            .toList();
    if (fromMillis > toMillis) {
      return days;
    }
    if (!parts.isEmpty()) {
      for (SeriesPart part : parts) {
        long first = Math.max(fromMillis, part.from().toEpochMilli());
        long last = Math.min(toMillis, part.to().toEpochMilli() - 1);
        for (long day = ArchiveTime.dayOf(first); day <= ArchiveTime.dayOf(last); day++) {
          days.add(day);
        }
      }
      return days;
    }
    oldest(fromMillis, toMillis).ifPresent(oldest -> addDays(oldest, toMillis, days));
    return days;
  }

  /** A store that does not tell its parts is asked day by day. */
  private void addDays(long oldest, long toMillis, SortedSet<Long> days) {
    long next = oldest;
    while (next <= toMillis) {
      long day = ArchiveTime.dayOf(next);
      days.add(day);
      OptionalLong later = oldest((day + 1) * ArchiveTime.DAY_MILLIS, toMillis);
      if (later.isEmpty()) {
        return;
      }
      next = later.getAsLong();
    }
  }

  /** A time in the day of the oldest sample of the span, found by halving it. */
  private OptionalLong oldest(long fromMillis, long toMillis) {
    if (fromMillis > toMillis || isEmpty(fromMillis, toMillis)) {
      return OptionalLong.empty();
    }
    long low = ArchiveTime.dayOf(fromMillis);
    long high = ArchiveTime.dayOf(toMillis);
    while (low < high) {
      long middle = low + (high - low) / 2;
      long end = Math.min(toMillis, (middle + 1) * ArchiveTime.DAY_MILLIS - 1);
      if (isEmpty(fromMillis, end)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return OptionalLong.of(Math.max(fromMillis, low * ArchiveTime.DAY_MILLIS));
  }

  private boolean isEmpty(long fromMillis, long toMillis) {
    return store
        .series(ALL, Instant.ofEpochMilli(fromMillis), Instant.ofEpochMilli(toMillis))
        .isEmpty();
  }

  /** The samples of all series within the span (both ends inclusive), series sorted. */
  List<SeriesData> read(long fromMillis, long toMillis) {
    Instant from = Instant.ofEpochMilli(fromMillis);
    Instant to = Instant.ofEpochMilli(toMillis);
    try {
      return store.read(ALL, from, to, mostSamples);
    } catch (MonitorException e) {
      if (!isTooMuch(e)) {
        throw e;
      }
      return readByName(from, to);
    }
  }

  private static boolean isTooMuch(MonitorException failure) {
    return failure.code() == ErrorCode.QUERY_TOO_LARGE || failure.code() == ErrorCode.QUERY_TIMEOUT;
  }

  private List<SeriesData> readByName(Instant from, Instant to) {
    List<SeriesKey> keys = store.series(ALL, from, to);
    List<SeriesData> found = new ArrayList<>();
    for (String name : new TreeSet<>(keys.stream().map(SeriesKey::name).toList())) {
      try {
        found.addAll(store.read(SeriesSelector.ofName(name), from, to, mostSamples));
      } catch (MonitorException e) {
        if (!isTooMuch(e)) {
          throw e;
        }
        keys.stream()
            .filter(key -> key.name().equals(name))
            .forEach(key -> found.addAll(readOne(key, from, to)));
      }
    }
    return found;
  }

  private List<SeriesData> readOne(SeriesKey key, Instant from, Instant to) {
    SeriesSelector selector = SeriesSelector.ofName(key.name());
    for (var label : key.labels().toMap().entrySet()) {
      selector =
          selector.and(
              new LabelMatcher(label.getKey(), LabelMatcher.Operator.EQUAL, label.getValue()));
    }
    // Series with more labels match as well.
    return store.read(selector, from, to, Integer.MAX_VALUE).stream()
        .filter(data -> data.series().equals(key))
        .toList();
  }
}
