package io.vllmmonitor.persistence.exchange;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.code.CodeKind;
import io.vllmmonitor.api.code.CodeStatus;
import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.RecordQuery;
import io.vllmmonitor.api.store.RecordStore;
import io.vllmmonitor.api.store.StoredRecord;
import io.vllmmonitor.persistence.memory.HistoryJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Finds code that an import would bring to life: generations that run, of dropped jars and sources,
 * whose very bytes this store has not run before. Bundled jars run from the distribution only.
 */
final class CodeGuard {
  private static final int MOST_GENERATIONS = 10_000;

  private final RecordStore store;
  private final ObjectMapper mapper = HistoryJson.mapper();

  CodeGuard(RecordStore store) {
    this.store = store;
  }

  /**
   * @throws io.vllmmonitor.api.error.MonitorException IMPORT_REFUSED when there is such code
   */
  void requireNoNewCode(ImportContent content) {
    List<String> found = new ArrayList<>();
    try (ImportContent.Rows<StoredRecord> rows = content.records()) {
      while (rows.hasNext()) {
        StoredRecord row = rows.next();
        if (row.kind() == RecordKind.PLUGINS) {
          CodeGeneration generation = generation(row);
          if (isNewAndRuns(generation)) {
            found.add(
                ArchiveErrors.show(generation.unit())
                    + " ("
                    + generation.kind()
                    + ", SHA-256 "
                    + generation.codeHash()
                    + ")");
          }
        }
      }
    }
    if (!found.isEmpty()) {
      throw ArchiveErrors.refused(
          "The archive brings code that would run at the next start and that never ran here: "
              + String.join(", ", found),
          "Look at it under blobs/, then import with --trust-code if you trust it");
    }
  }

  private boolean isNewAndRuns(CodeGeneration generation) {
    boolean runs =
        generation.status() == CodeStatus.ACTIVE || generation.status() == CodeStatus.SHADOW;
    return runs && generation.kind() != CodeKind.BUNDLED_JAR && !isKnown(generation);
  }

  private boolean isKnown(CodeGeneration generation) {
    Map<String, String> wanted =
        Map.of("unit", generation.unit(), "code_hash", generation.codeHash());
    RecordQuery query =
        new RecordQuery(RecordKind.PLUGINS, null, null, null, wanted, MOST_GENERATIONS, null);
    return store.query(query).records().stream()
        .map(this::generation)
        .anyMatch(
            known ->
                known.status() != CodeStatus.REJECTED
                    && known.codeHash().equals(generation.codeHash())
                    && known.classesHash().equals(generation.classesHash()));
  }

  private CodeGeneration generation(StoredRecord row) {
    try {
      return mapper.readValue(row.json(), CodeGeneration.class);
    } catch (JsonProcessingException e) {
      throw ArchiveErrors.invalid(
          "the row " + ArchiveErrors.show(row.id()) + " of plugins is no generation of code",
          "what the platform wrote",
          e);
    }
  }
}
