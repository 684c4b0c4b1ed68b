package io.vllmmonitor.persistence.record;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.StoredRecord;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * The ids of all rows by kind, and what each row names: how many rows there are, and which names
 * lead nowhere. Used by one thread.
 */
final class RecordNames {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final int NAMED = 5;

  private final Map<RecordKind, Map<String, List<String>>> rows = new EnumMap<>(RecordKind.class);

  private Map<String, List<String>> of(RecordKind kind) {
    return rows.computeIfAbsent(kind, unused -> new HashMap<>());
  }

  /** Whether there was no row of that id. */
  boolean put(StoredRecord row) {
    return of(row.kind()).put(row.id(), namedBy(row)) == null;
  }

  void remove(RecordKind kind, Set<String> ids) {
    of(kind).keySet().removeAll(ids);
  }

  /** How many rows there are of each kind that has some. */
  Map<RecordKind, Long> counts() {
    Map<RecordKind, Long> counts = new EnumMap<>(RecordKind.class);
    rows.forEach((kind, ids) -> counts.put(kind, (long) ids.size()));
    counts.values().removeIf(count -> count == 0);
    return counts;
  }

  private static List<String> namedBy(StoredRecord row) {
    return switch (row.kind()) {
      case MITIGATION_ATTEMPTS -> column(row, "incident_id");
      case PLUGINS -> column(row, "code_hash");
      case HAPPY_PATHS -> checkpoints(row.json());
      default -> List.of();
    };
  }

  private static List<String> column(StoredRecord row, String name) {
    String value = row.columns().get(name);
    return value == null ? List.of() : List.of(value);
  }

  private static List<String> checkpoints(String detail) {
    List<String> found = new ArrayList<>();
    try {
      for (JsonNode id : JSON.readTree(detail).path("checkpoints")) {
        if (id.isTextual()) {
          found.add(id.textValue());
        }
      }
    } catch (JsonProcessingException e) {
      return List.of(); // it is no entity then, which is told of the row itself
    }
    return List.copyOf(found);
  }

  /** What is named and is not there, in sentences. */
  List<String> missing(Predicate<String> hasBlob) {
    List<String> missing = new ArrayList<>();
    add(
        missing,
        "incidents that mitigation_attempts name",
        RecordKind.MITIGATION_ATTEMPTS,
        of(RecordKind.INCIDENTS)::containsKey);
    add(
        missing,
        "checkpoints that happy_paths name",
        RecordKind.HAPPY_PATHS,
        of(RecordKind.CHECKPOINTS)::containsKey);
    add(missing, "blobs with the code that plugins name", RecordKind.PLUGINS, hasBlob);
    return missing;
  }

  private void add(List<String> to, String what, RecordKind from, Predicate<String> isThere) {
    Set<String> gone = new TreeSet<>();
    for (List<String> named : of(from).values()) {
      named.stream().filter(name -> !isThere.test(name)).forEach(gone::add);
    }
    if (!gone.isEmpty()) {
      String others = gone.size() > NAMED ? " and " + (gone.size() - NAMED) + " more" : "";
      to.add(
          gone.size()
              + " "
              + what
              + " are not there: "
              + String.join(", ", gone.stream().limit(NAMED).toList())
              + others);
    }
  }
}
