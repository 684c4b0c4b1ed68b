package io.vllmmonitor.persistence.exchange;

import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.StoredRecord;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * What belongs to one installation and is neither exported, merged nor replaced: its diary (audit,
 * restore reports, and the life of its plugins), its note of how it last ended, and whom it trusts.
 */
final class LocalRecords {
  /** Kinds that stay where they are. */
  static final Set<RecordKind> KINDS =
      Collections.unmodifiableSet(
          EnumSet.of(RecordKind.AUDIT, RecordKind.RESTORE_REPORTS, RecordKind.PLUGIN_TRANSITIONS));

  /** All other kinds, in their order. */
  static final Set<RecordKind> EXCHANGED =
      Collections.unmodifiableSet(EnumSet.complementOf(EnumSet.copyOf(KINDS)));

  private static final String LAST_STOP = "last-stop";

  /** Whose keys are trusted is decided where they are used. */
  private static final String TRUST = "trust:";

  private LocalRecords() {}

  static boolean isLocal(StoredRecord row) {
    return KINDS.contains(row.kind())
        || (row.kind() == RecordKind.PLUGIN_STATES
            && "core".equals(row.columns().get("unit"))
            && isLocalPart(row.columns().getOrDefault("extension", "")));
  }

  private static boolean isLocalPart(String part) {
    return part.equals(LAST_STOP) || part.startsWith(TRUST);
  }
}
