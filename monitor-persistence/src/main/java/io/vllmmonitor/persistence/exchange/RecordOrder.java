package io.vllmmonitor.persistence.exchange;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.StoredRecord;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/**
 * Which of two versions of one row stays: the one that is further on its way, then the later one,
 * then the one with the greater bytes. A total order, so that it does not matter which side is
 * merged into which, nor in what sequence.
 */
final class RecordOrder {
  private static final List<String> ATTEMPT_STATES =
      List.of(
          "PLANNED",
          "APPROVED",
          "REFUSED",
          "ADVISED",
          "EXPIRED",
          "DISPATCHED",
          "UNKNOWN",
          "FAILED",
          "SUCCEEDED");

  private static final Comparator<StoredRecord> ORDER =
      Comparator.comparingInt(RecordOrder::progress)
          .thenComparing(StoredRecord::at)
          .thenComparing(row -> row.json().getBytes(UTF_8), Arrays::compareUnsigned)
          .thenComparing(row -> row.target() == null ? "" : row.target())
          .thenComparing(row -> new TreeMap<>(row.columns()).toString());

  private RecordOrder() {}

  /** More than 0 when the first stays. */
  static int compare(StoredRecord first, StoredRecord second) {
    return ORDER.compare(first, second);
  }

  /** Why it stays, for people. */
  static String rule(RecordKind kind) {
    return switch (kind) {
      case INCIDENTS -> "closed before open, then the later, then the greater bytes";
      case GUARDRAIL_FIRINGS -> "cleared before firing, then the later, then the greater bytes";
      case MITIGATION_ATTEMPTS ->
          "measured before not measured, then the later status, the later time, the greater bytes";
      case PREDICTIONS ->
          "with an actual outcome before without, then the later, the greater bytes";
      case PLUGIN_STATES -> "the one saved last, then the greater bytes";
      default -> "the later, then the greater bytes";
    };
  }

  private static int progress(StoredRecord row) {
    return switch (row.kind()) {
      case INCIDENTS -> has(row, "status", "CLOSED");
      case GUARDRAIL_FIRINGS -> has(row, "status", "CLEARED");
      case PREDICTIONS -> row.columns().containsKey("actual_outcome") ? 1 : 0;
      case MITIGATION_ATTEMPTS ->
          ATTEMPT_STATES.indexOf(row.columns().getOrDefault("status", ""))
              + (row.columns().containsKey("outcome") ? ATTEMPT_STATES.size() : 0);
      default -> 0;
    };
  }

  private static int has(StoredRecord row, String column, String value) {
    return value.equals(row.columns().get(column)) ? 1 : 0;
  }
}
