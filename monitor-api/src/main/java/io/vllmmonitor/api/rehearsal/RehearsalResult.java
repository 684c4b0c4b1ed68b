package io.vllmmonitor.api.rehearsal;

/** What became of code that was rehearsed. */
public enum RehearsalResult {
  /** It may go live as configured. */
  PASSED,
  /** It would fire so much of the time that it goes live in shadow only. */
  SHADOW,
  /** It fails too often to be of use, and is not run. */
  REJECTED,
  /** Nothing was stored to rehearse it with, or it brings nothing that judges samples. */
  NOTHING_TO_REHEARSE,
  /** Asked for by a person; nothing follows from it. */
  ON_DEMAND
}
