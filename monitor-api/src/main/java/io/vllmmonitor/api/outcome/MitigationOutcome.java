package io.vllmmonitor.api.outcome;

/**
 * What a mitigation achieved, measured in a window after it, never claimed by the action itself.
 */
public enum MitigationOutcome {
  /** The failure is gone and nothing got worse. */
  SUCCESS,
  /** Better than before, not yet good. */
  PARTIAL_SUCCESS,
  /** No better than before. */
  FAILURE,
  /** Worse than before. */
  MADE_WORSE,
  /** It could not be tried on this target. */
  NOT_APPLICABLE
}
