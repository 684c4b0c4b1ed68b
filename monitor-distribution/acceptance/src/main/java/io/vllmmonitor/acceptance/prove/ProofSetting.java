package io.vllmmonitor.acceptance.prove;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where and how a proof runs.
 *
 * @param bundle the unzipped distribution
 * @param scratch an empty directory for data; removed by the caller
 * @param quick the short form
 * @param recordings a directory with further recordings; null uses those that ship with the proofs
 * @param log takes a line about each step
 */
public record ProofSetting(
    Path bundle, Path scratch, boolean quick, @Nullable Path recordings, Consumer<String> log) {
  public ProofSetting {
    requireNonNull(bundle, "bundle");
    requireNonNull(scratch, "scratch");
    requireNonNull(log, "log");
  }
}
