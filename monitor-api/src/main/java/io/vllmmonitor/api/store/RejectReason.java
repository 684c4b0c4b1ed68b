package io.vllmmonitor.api.store;

/** Why a sample was not stored. */
public enum RejectReason {
  /** Older than the newest sample of its series. */
  OUT_OF_ORDER,
  /** Same time as the newest sample of its series, other bits. */
  DUPLICATE_TIMESTAMP,
  /** More than ten minutes ahead of the clock. */
  TOO_FAR_AHEAD,
  /** Its series is new and the store has as many series as it may. */
  TOO_MANY_SERIES
}
