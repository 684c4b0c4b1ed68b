package io.vllmmonitor.persistence.exchange;

import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.StoredRecord;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * What belongs to one installation and is neither exported, merged nor replaced: its diary (audit,
 * restore reports, and the life of its plugins), and its note of how it last ended.
 */
final class LocalRecords {
  /** Kinds that stay where they are. */
  static final Set<RecordKind> KINDS =
      Collections.unmodifiableSet(
          EnumSet.of(
              RecordKind.AUDIT, RecordKind.RESTORE_REPORTS, RecordKind.PLUGIN_TRANSITIONS));

  /** All other kinds, in their order. */
  static final Set<RecordKind> EXCHANGED =
      Collections.unmodifiableSet(EnumSet.complementOf(EnumSet.copyOf(KINDS)));

  private static final String LAST_STOP = "last-stop";

  private LocalRecords() {}

  static boolean isLocal(StoredRecord row) {
    return KINDS.contains(row.kind())
        || (row.kind() == RecordKind.PLUGIN_STATES
            && LAST_STOP.equals(row.columns().get("extension"))
            && "core".equals(row.columns().get("unit")));
  }
}
