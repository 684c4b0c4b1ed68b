package io.vllmmonitor.persistence.exchange;

/**
 * What becomes of code in an archive that would run at the next start and that this store does not
 * know by its hash.
 */
public enum CodeTrust {
  /** The whole import is refused, naming the code. */
  REFUSE,
  /** It is imported and will run. */
  TRUST
}
