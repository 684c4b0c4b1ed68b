package io.vllmmonitor.persistence.foreign;

import com.fasterxml.jackson.databind.JsonNode;
import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The rows of {@code metrics} as series: the name as it was, the tags and the type as labels. Of
 * two values of one series at one millisecond the one with the greater raw bits stays, counted.
 */
final class PythonMetrics implements Iterator<SeriesData> {
  private static final long STRETCH_MILLIS = 600_000;

  private record Sample(SeriesKey series, long at, double value) {}

  private final PythonTable rows;
  private final Notes notes;
  private final Deque<SeriesData> ready = new ArrayDeque<>();
  private @Nullable Sample ahead;

  PythonMetrics(PythonTable rows, Notes notes) {
    this.rows = rows;
    this.notes = notes;
  }

  @Override
  public boolean hasNext() {
    if (ready.isEmpty()) {
      collect();
    }
    return !ready.isEmpty();
  }

  @Override
  public SeriesData next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return ready.removeFirst();
  }

  /** One stretch of ten minutes; rows come by time. */
  private void collect() {
    Sample first = ahead == null ? read() : ahead;
    ahead = null;
    if (first == null) {
      return;
    }
    SortedMap<SeriesKey, TreeMap<Long, Double>> stretch = new TreeMap<>();
    Sample sample = first;
    while (sample != null && stretchOf(sample) == stretchOf(first)) {
      stretch
          .computeIfAbsent(sample.series(), unused -> new TreeMap<>())
          .merge(sample.at(), sample.value(), this::greater);
      sample = read();
    }
    ahead = sample;
    stretch.forEach(
        (series, values) ->
            ready.add(
                new SeriesData(
                    series,
                    values.keySet().stream().mapToLong(Long::longValue).toArray(),
                    values.values().stream().mapToDouble(Double::doubleValue).toArray())));
  }

  private static long stretchOf(Sample sample) {
    return Math.floorDiv(sample.at(), STRETCH_MILLIS);
  }

  private double greater(double first, double second) {
    notes.count("metrics: further values of one series at one millisecond, the greater one kept");
    return Long.compareUnsigned(
                Double.doubleToRawLongBits(first), Double.doubleToRawLongBits(second))
            >= 0
        ? first
        : second;
  }

  private @Nullable Sample read() {
    while (true) {
      Optional<PythonRow> row = rows.next();
      if (row.isEmpty()) {
        return null;
      }
      Sample sample = sample(row.get());
      if (sample != null) {
        return sample;
      }
    }
  }

  private @Nullable Sample sample(PythonRow row) {
    row.text("id");
    row.text("created_at");
    Instant at = row.time("timestamp");
    String name = row.text("metric_name");
    Double value = row.number("value");
    if (at == null || name == null || name.isBlank() || value == null) {
      notes.count("metrics: rows without a time, a name or a number, left out");
      return null;
    }
    if (row.text("metadata") != null) {
      notes.count("metrics: metadata of samples, which have no place here, left out");
    }
    SeriesKey series = new SeriesKey(name, labels(row));
    for (String column : row.unasked()) {
      notes.count("metrics: values in the unknown column '" + column + "', left out");
    }
    return new Sample(series, at.toEpochMilli(), value);
  }

  private static Labels labels(PythonRow row) {
    Map<String, String> labels = new TreeMap<>();
    for (Map.Entry<String, JsonNode> tag : row.json("tags").properties()) {
      labels.put(tag.getKey(), tag.getValue().asText());
    }
    String type = row.text("metric_type");
    if (type != null) {
      labels.putIfAbsent("metric_type", type);
    }
    labels.putIfAbsent("job", "vllm");
    labels.putIfAbsent("instance", PythonRecords.TARGET.instance());
    return Labels.of(labels);
  }
}
