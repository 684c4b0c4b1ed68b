package io.vllmmonitor.api.history;

/** What people do to a monitor, and what it notes of its own life. */
public enum AuditAction {
  /** The daemon or an embedding program serves, with this configuration. */
  START,
  /** Everything was flushed and closed in order. */
  SHUTDOWN,
  /** Somebody asked the daemon to end. */
  STOP,
  /** A target is watched in another mode than before, or for the first time. */
  TARGET_MODE,
  /** The kill switch was found in the data directory: nothing acts until it is gone. */
  STOP_FILE_SEEN,
  /** The kill switch is gone. */
  STOP_FILE_GONE,
  /** A plugin or dropped source was stopped for good. */
  PLUGIN_DISABLE,
  /** A disabled plugin or dropped source was started again. */
  PLUGIN_ENABLE,
  /** The memory was exported. */
  EXPORT,
  /** A memory was imported. */
  IMPORT,
  /** A backup was made. */
  BACKUP,
  /** A backup was put in place. */
  RESTORE,
  /** What was too old was forgotten. */
  RETENTION,
  /** The store was brought into another form. */
  CONVERT,
  /** Everything was read and checked through the daemon. */
  VERIFY,
  /** All samples were brought into their final form. */
  FLUSH,
  HAPPY_PATH_SAVE,
  /** The generation before was put in the place of the one that runs. */
  PLUGIN_ROLLBACK,
  /** A plugin jar that waited for the operator's word, or content in quarantine, may run. */
  PLUGIN_APPROVE,
  /** Code was run over stored samples, without effect. */
  PLUGIN_REHEARSE,
  /** What a guardrail's firings may lead to was raised or lowered. */
  GUARDRAIL_PROMOTE,
  /** Stored verdicts were reached again, without effect. */
  VERDICT_REPLAY
}
