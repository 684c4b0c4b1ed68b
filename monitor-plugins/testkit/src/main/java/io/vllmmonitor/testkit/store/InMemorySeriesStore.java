package io.vllmmonitor.testkit.store;

import static java.util.Objects.requireNonNull;

import com.google.re2j.Pattern;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.Sample;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.store.AppendMode;
import io.vllmmonitor.api.store.AppendResult;
import io.vllmmonitor.api.store.Capability;
import io.vllmmonitor.api.store.RejectReason;
import io.vllmmonitor.api.store.SeriesStore;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Samples on the heap, for tests; gone with the object. Thread-safe. */
public final class InMemorySeriesStore implements SeriesStore {
  private static final Duration MOST_AHEAD = Duration.ofMinutes(10);
  private static final Duration OUT_OF_ORDER_WINDOW = Duration.ofMinutes(10);

  private final InstantSource clock;
  private final TreeMap<SeriesKey, Column> columns = new TreeMap<>();
  private boolean closed;

  /**
   * @param clock what "ahead of the clock" is measured against
   */
  public InMemorySeriesStore(InstantSource clock) {
    this.clock = requireNonNull(clock, "clock");
  }

  @Override
  public Set<Capability> capabilities() {
    return Set.of();
  }

  @Override
  public synchronized AppendResult append(List<SampleBatch> batches, AppendMode mode) {
    refuseWhenClosed();
    List<SampleBatch> all = List.copyOf(batches);
    long limit = clock.instant().plus(MOST_AHEAD).toEpochMilli();
    long stored = 0;
    Map<RejectReason, Long> rejected = new EnumMap<>(RejectReason.class);
    for (SampleBatch batch : all) {
      long at = batch.at().toEpochMilli();
      for (int i = 0; i < batch.size(); i++) {
        RejectReason reason =
            at > limit
                ? RejectReason.TOO_FAR_AHEAD
                : put(batch.series(i), at, batch.value(i), mode);
        if (reason == null) {
          stored++;
        } else {
          rejected.merge(reason, 1L, Long::sum);
        }
      }
    }
    return new AppendResult(stored, rejected);
  }

  private @Nullable RejectReason put(SeriesKey key, long at, double value, AppendMode mode) {
    return columns.computeIfAbsent(key, unused -> new Column()).put(at, value, mode);
  }

  @Override
  public synchronized List<SeriesKey> series(SeriesSelector selector, Instant from, Instant to) {
    return select(selector, from, to).stream().map(SeriesData::series).toList();
  }

  @Override
  public synchronized List<SeriesData> read(
      SeriesSelector selector, Instant from, Instant to, int maxSamples) {
    List<SeriesData> found = select(selector, from, to);
    long samples = found.stream().mapToLong(SeriesData::size).sum();
    if (samples > maxSamples) {
      throw new MonitorException(
          ErrorCode.QUERY_TOO_LARGE,
          Blame.OPERATOR,
          selector
              + " has "
              + samples
              + " samples in the span, at most "
              + maxSamples
              + " may be read at once; ask for a shorter span or fewer series");
    }
    return found;
  }

  private List<SeriesData> select(SeriesSelector selector, Instant from, Instant to) {
    refuseWhenClosed();
    Predicate<SeriesKey> wanted = compile(selector);
    List<SeriesData> found = new ArrayList<>();
    columns.forEach(
        (key, column) -> {
          if (wanted.test(key)) {
            SeriesData data = column.between(key, ceilingMillis(from), floorMillis(to));
            if (data.size() > 0) {
              found.add(data);
            }
          }
        });
    return List.copyOf(found);
  }

  @Override
  public synchronized List<Sample> latest(SeriesSelector selector) {
    refuseWhenClosed();
    Predicate<SeriesKey> wanted = compile(selector);
    List<Sample> found = new ArrayList<>();
    columns.forEach(
        (key, column) -> {
          if (wanted.test(key)) {
            found.add(column.newest(key));
          }
        });
    return List.copyOf(found);
  }

  @Override
  public synchronized Statistics statistics() {
    refuseWhenClosed();
    long samples = columns.values().stream().mapToLong(column -> column.size).sum();
    return new Statistics(columns.size(), samples, 0);
  }

  @Override
  public synchronized void close() {
    closed = true;
    columns.clear();
  }

  private void refuseWhenClosed() {
    if (closed) {
      throw Failures.closed("series store");
    }
  }

  private static Predicate<SeriesKey> compile(SeriesSelector selector) {
    return selector.compile(pattern -> Pattern.compile(pattern)::matches);
  }

  /** Samples are on whole milliseconds: the first one that is not before the instant. */
  private static long ceilingMillis(Instant instant) {
    long millis = floorMillis(instant);
    return millis < Long.MAX_VALUE && Instant.ofEpochMilli(millis).isBefore(instant)
        ? millis + 1
        : millis;
  }

  /**
   * The last millisecond that is not after the instant; clamped, spans may be as wide as can be.
   */
  private static long floorMillis(Instant instant) {
    if (instant.isBefore(Instant.ofEpochMilli(Long.MIN_VALUE))) {
      return Long.MIN_VALUE;
    }
    return instant.isAfter(Instant.ofEpochMilli(Long.MAX_VALUE))
        ? Long.MAX_VALUE
        : instant.toEpochMilli();
  }

  private static final class Column {
    private long[] times = new long[16];
    private double[] values = new double[16];
    private int size;

    @Nullable RejectReason put(long at, double value, AppendMode mode) {
      long behind = size == 0 ? -1 : times[size - 1] - at;
      if (behind > 0 && isTooLate(behind, mode)) {
        return RejectReason.OUT_OF_ORDER;
      }
      if (behind == 0 && mode != AppendMode.IMPORTED) {
        return bits(value) == bits(values[size - 1]) ? null : RejectReason.DUPLICATE_TIMESTAMP;
      }
      insert(at, value);
      return null;
    }

    private static boolean isTooLate(long behind, AppendMode mode) {
      return switch (mode) {
        case SCRAPED -> true;
        case PUSHED -> behind > OUT_OF_ORDER_WINDOW.toMillis();
        case IMPORTED -> false;
      };
    }

    /** Of two values at one time the greater bits stay. */
    private void insert(long at, double value) {
      int place = lowerBound(at);
      if (place < size && times[place] == at) {
        if (Long.compareUnsigned(bits(value), bits(values[place])) > 0) {
          values[place] = value;
        }
        return;
      }
      if (size == times.length) {
        times = Arrays.copyOf(times, size * 2);
        values = Arrays.copyOf(values, size * 2);
      }
      System.arraycopy(times, place, times, place + 1, size - place);
      System.arraycopy(values, place, values, place + 1, size - place);
      times[place] = at;
      values[place] = value;
      size++;
    }

    private static long bits(double value) {
      return Double.doubleToRawLongBits(value);
    }

    SeriesData between(SeriesKey key, long from, long to) {
      int first = lowerBound(from);
      int end = to == Long.MAX_VALUE ? size : Math.max(first, lowerBound(to + 1));
      return new SeriesData(
          key, Arrays.copyOfRange(times, first, end), Arrays.copyOfRange(values, first, end));
    }

    private int lowerBound(long at) {
      int index = Arrays.binarySearch(times, 0, size, at);
      return index >= 0 ? index : -index - 1;
    }

    Sample newest(SeriesKey key) {
      return new Sample(key, Instant.ofEpochMilli(times[size - 1]), values[size - 1]);
    }
  }
}
