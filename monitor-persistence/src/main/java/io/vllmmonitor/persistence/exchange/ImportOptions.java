package io.vllmmonitor.persistence.exchange;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;

/**
 * What is imported, and how. Immutable.
 *
 * @param directory an archive, or the data directory of the earlier Python package
 * @param dryRun nothing is changed, the report says what would be
 */
public record ImportOptions(Path directory, ImportMode mode, boolean dryRun, CodeTrust code) {
  public ImportOptions {
    directory = directory.toAbsolutePath().normalize();
    requireNonNull(mode, "mode");
    requireNonNull(code, "code");
  }
}
