package io.vllmmonitor.persistence.foreign;

import com.fasterxml.jackson.databind.JsonNode;
import io.vllmmonitor.api.lifecycle.LifecycleState;
import io.vllmmonitor.api.outcome.HappyPath;
import io.vllmmonitor.api.outcome.MetricProfile;
import io.vllmmonitor.api.store.StoredRecord;
import io.vllmmonitor.persistence.memory.StoredMemory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which column of the Python table {@code happy_paths} becomes which field here. Its checkpoints
 * must have been read before.
 */
final class PythonPaths {
  private static final double MOST_SECONDS = 1e9;

  private final Notes notes;
  private final Map<String, String> checkpoints = new HashMap<>();

  PythonPaths(Notes notes) {
    this.notes = notes;
  }

  /**
   * Remembers under which id a checkpoint was brought over.
   *
   * @param number what that package called it; null when it had no name for it
   */
  void checkpoint(@Nullable String number, String id) {
    if (number != null) {
      checkpoints.put(number, id);
    }
  }

  /** Empty, and counted, when the row cannot be brought over. */
  Optional<StoredRecord> record(PythonRow row, Instant at) {
    LifecycleState start = PythonRecords.constant(LifecycleState.class, row.text("start_state"));
    LifecycleState end = PythonRecords.constant(LifecycleState.class, row.text("end_state"));
    if (start == null || end == null) {
      notes.count("happy_paths: rows without a known start and end state, left out");
      return Optional.empty();
    }
    String id = PythonRecords.id("path", row, "path_id", "id");
    String name = row.text("name");
    String description = row.text("description");
    HappyPath path =
        new HappyPath(
            id,
            name == null ? id : name,
            description == null ? "" : description,
            PythonRecords.TARGET,
            start,
            end,
            List.of(),
            List.of(),
            checkpoints(row),
            List.of(),
            List.of(),
            row.list("guardrails"),
            profile(row),
            duration(row),
            count(row, "success_count"),
            count(row, "failure_count"),
            row.time("last_success"),
            at);
    row.number("created_at");
    return Optional.of(StoredMemory.rows(entries -> entries.happyPath(path)).get(0));
  }

  private List<String> checkpoints(PythonRow row) {
    List<String> ids = new ArrayList<>();
    for (JsonNode item : row.json("checkpoints")) {
      JsonNode named = item.isObject() ? item.path("checkpoint_id") : item;
      String id = named.isValueNode() ? checkpoints.get(named.asText()) : null;
      if (id == null) {
        notes.count("happy_paths: checkpoints that did not come over, left out of their path");
      } else {
        ids.add(id);
      }
    }
    return ids;
  }

  private Map<String, MetricProfile> profile(PythonRow row) {
    Map<String, MetricProfile> profile = new TreeMap<>();
    for (Map.Entry<String, JsonNode> metric : row.json("metrics_profile").properties()) {
      JsonNode spread = metric.getValue();
      if (spread.path("mean").isNumber()) {
        double mean = spread.path("mean").asDouble();
        profile.put(
            metric.getKey(),
            new MetricProfile(
                mean,
                spread.path("std").asDouble(Double.NaN),
                spread.path("min").asDouble(Double.NaN),
                spread.path("max").asDouble(Double.NaN),
                0));
      } else {
        notes.count("happy_paths: metrics without a mean, left out of their path");
      }
    }
    return profile;
  }

  private static Duration duration(PythonRow row) {
    Double seconds = row.number("duration");
    return seconds == null || !(seconds >= 0 && seconds < MOST_SECONDS)
        ? Duration.ZERO
        : Duration.ofMillis(Math.round(seconds * 1_000));
  }

  private static long count(PythonRow row, String column) {
    Double number = row.number(column);
    return number == null || !(number >= 0 && number < 1e15) ? 0 : Math.round(number);
  }
}
