package io.vllmmonitor.persistence.ingest;

import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.target.TargetId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Puts samples that come series by series into batches of one time and one target, oldest first. No
 * batch holds a series twice. Confined to one thread.
 */
final class PushedBatches {
  private record Place(long time, TargetId target) {}

  private static final class Group {
    private final long time;
    private final TargetId target;
    private SeriesKey[] series = new SeriesKey[16];
    private double[] values = new double[16];
    private int size;

    Group(long time, TargetId target) {
      this.time = time;
      this.target = target;
    }

    void add(SeriesKey key, double value) {
      if (size == values.length) {
        series = Arrays.copyOf(series, 2 * size);
        values = Arrays.copyOf(values, 2 * size);
      }
      series[size] = key;
      values[size++] = value;
    }
  }

  private final Map<Place, Group> groups = new LinkedHashMap<>();
  private final SeriesLists lists;
  private @Nullable Group last;

  PushedBatches(SeriesLists lists) {
    this.lists = lists;
  }

  void add(TargetId target, SeriesKey key, long time, double value) {
    Group group = last;
    if (group == null || group.time != time || !group.target.equals(target)) {
      group =
          groups.computeIfAbsent(
              new Place(time, target), place -> new Group(place.time(), place.target()));
      last = group;
    }
    group.add(key, value);
  }

  List<SampleBatch> finish() {
    List<Group> sorted = new ArrayList<>(groups.values());
    sorted.sort(Comparator.comparingLong(group -> group.time));
    List<SampleBatch> batches = new ArrayList<>(sorted.size());
    for (Group group : sorted) {
      finish(group, batches);
    }
    return batches;
  }

  private void finish(Group group, List<SampleBatch> into) {
    List<SeriesKey> series = lists.find(group.series, group.size);
    if (series == null) {
      series = List.of(Arrays.copyOf(group.series, group.size));
      Set<SeriesKey> once = new HashSet<>(series);
      if (once.size() < group.size) {
        split(group, into);
        return;
      }
      lists.put(series);
    }
    into.add(batch(group, series, Arrays.copyOf(group.values, group.size)));
  }

  /** A series that comes again goes to a further batch of the same time; the store judges it. */
  private static void split(Group group, List<SampleBatch> into) {
    Map<SeriesKey, Integer> times = new HashMap<>();
    List<Group> parts = new ArrayList<>();
    for (int i = 0; i < group.size; i++) {
      int part = times.merge(group.series[i], 1, Integer::sum) - 1;
      if (part == parts.size()) {
        parts.add(new Group(group.time, group.target));
      }
      parts.get(part).add(group.series[i], group.values[i]);
    }
    for (Group part : parts) {
      into.add(
          batch(
              part,
              List.of(Arrays.copyOf(part.series, part.size)),
              Arrays.copyOf(part.values, part.size)));
    }
  }

  private static SampleBatch batch(Group group, List<SeriesKey> series, double[] values) {
    return new SampleBatch(group.target, Instant.ofEpochMilli(group.time), series, values);
  }
}
