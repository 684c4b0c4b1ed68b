package io.vllmmonitor.persistence.retention;

import static io.vllmmonitor.api.error.ErrorCode.STORE_DAMAGED;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.RecordPage;
import io.vllmmonitor.api.store.RecordQuery;
import io.vllmmonitor.api.store.RecordStore;
import io.vllmmonitor.api.store.StoredRecord;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Which old rows are still needed: those of open incidents, of firings that last and of attempts
 * whose end is open; whatever these and the happy paths name; the newest checkpoint of each target,
 * which a restart begins from; and the newest restore report. Made for one plan; used by one
 * thread.
 */
final class LiveReferences {
  private static final int PAGE = 1_000;
  private static final ObjectMapper MAPPER = JsonMapper.builder().build();

  private final RecordStore records;
  private final Set<String> openIncidents = new HashSet<>();
  private final Set<String> named = new HashSet<>();
  private final Set<String> newest = new HashSet<>();

  private LiveReferences(RecordStore records) {
    this.records = records;
  }

  static LiveReferences in(RecordStore records) {
    LiveReferences live = new LiveReferences(records);
    live.collect(
        RecordKind.INCIDENTS,
        Map.of("status", "OPEN"),
        row -> {
          live.openIncidents.add(row.id());
          live.nameAllOf(row);
        });
    live.collect(RecordKind.HAPPY_PATHS, Map.of(), live::nameAllOf);
    live.collect(
        RecordKind.MITIGATION_ATTEMPTS,
        Map.of(),
        row -> {
          if (live.isUnfinished(row)) {
            live.nameAllOf(row);
          }
        });
    live.findNewestCheckpoints();
    records.query(RecordQuery.newest(RecordKind.RESTORE_REPORTS, 1)).records().stream()
        .map(StoredRecord::id)
        .forEach(live.newest::add);
    return live;
  }

  private interface RowWork {
    void take(StoredRecord row);
  }

  private void collect(RecordKind kind, Map<String, String> columns, RowWork work) {
    String cursor = null;
    do {
      RecordPage page =
          records.query(new RecordQuery(kind, null, null, null, columns, PAGE, cursor));
      page.records().forEach(work::take);
      cursor = page.next();
    } while (cursor != null);
  }

  private void findNewestCheckpoints() {
    Set<String> targets = new HashSet<>();
    collect(
        RecordKind.CHECKPOINTS,
        Map.of(),
        row -> {
          if (targets.add(String.valueOf(row.target()))) {
            newest.add(row.id());
          }
        });
  }

  /** Ids are unique enough for every text of the row to be taken for one. */
  private void nameAllOf(StoredRecord row) {
    try {
      addTexts(MAPPER.readTree(row.json()));
    } catch (JsonProcessingException e) {
      throw new MonitorException(
          STORE_DAMAGED,
          Blame.ENVIRONMENT,
          "Row '"
              + row.id()
              + "' of table "
              + row.kind().table()
              + " is no JSON, so what it needs is unknown and nothing is forgotten; restore a "
              + "backup or delete that row",
          e);
    }
  }

  private void addTexts(JsonNode node) {
    if (node.isTextual()) {
      named.add(node.textValue());
    }
    node.forEach(this::addTexts);
  }

  /** Whether the row must stay. */
  boolean need(StoredRecord row) {
    return named.contains(row.id()) || newest.contains(row.id()) || isAlive(row);
  }

  private boolean isAlive(StoredRecord row) {
    return switch (row.kind()) {
      case INCIDENTS -> openIncidents.contains(row.id());
      case GUARDRAIL_FIRINGS -> "FIRING".equals(row.columns().get("status"));
      case MITIGATION_ATTEMPTS ->
          isUnfinished(row) || openIncidents.contains(row.columns().get("incident_id"));
      case CHECKPOINTS,
          PREDICTIONS,
          HAPPY_PATHS,
          LEARNING_DATA,
          PLUGINS,
          PLUGIN_STATES,
          PROBLEMS,
          RESTORE_REPORTS,
          AUDIT,
          PLUGIN_TRANSITIONS,
          REHEARSALS,
          VERDICTS,
          STATE_VERSIONS ->
          false;
    };
  }

  private boolean isUnfinished(StoredRecord row) {
    return switch (row.columns().getOrDefault("status", "")) {
      case "SUCCEEDED", "FAILED", "EXPIRED", "ADVISED", "REFUSED" -> false;
      default -> true;
    };
  }
}
