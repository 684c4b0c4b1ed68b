package io.vllmmonitor.persistence.exchange;

import static java.util.Objects.requireNonNull;

/**
 * That somebody exported or imported, for the audit. Immutable.
 *
 * @param action {@code export}, {@code import} or {@code import dry-run}
 * @param directory the archive
 * @param result {@code done} with what was counted, or the code and message of the failure
 */
public record ExchangeNote(String action, String directory, String result) {
  public ExchangeNote {
    requireNonNull(action, "action");
    requireNonNull(directory, "directory");
    requireNonNull(result, "result");
  }
}
