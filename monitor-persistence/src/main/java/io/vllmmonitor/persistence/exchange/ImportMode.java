package io.vllmmonitor.persistence.exchange;

/** What becomes of what is already there. */
public enum ImportMode {
  /** It stays; where both sides have something of one identity, a rule decides. */
  MERGE,
  /** It makes room for the content of the archive. */
  REPLACE
}
