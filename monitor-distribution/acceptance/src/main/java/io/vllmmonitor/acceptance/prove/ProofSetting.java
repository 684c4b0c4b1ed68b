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
 * @param extent how much of it
 * @param only the one part of a proof that is to run, as the proof names it; null runs all
 * @param recordings a directory with further recordings; null uses those that ship with the proofs
 * @param log takes a line about each step
 */
public record ProofSetting(
    Path bundle,
    Path scratch,
    Extent extent,
    @Nullable String only,
    @Nullable Path recordings,
    Consumer<String> log) {
  public ProofSetting {
    requireNonNull(bundle, "bundle");
    requireNonNull(scratch, "scratch");
    requireNonNull(extent, "extent");
    requireNonNull(log, "log");
  }

  /** How long a proof may take. */
  public enum Extent {
    /** For every build: a minute or so. */
    BRIEF,
    /** For a look in between: minutes. */
    QUICK,
    /** For a night. */
    LONG
  }

  /** Whether it is not the long form. */
  boolean quick() {
    return extent != Extent.LONG;
  }

  /** One of three numbers, by the extent. */
  int size(int brief, int quick, int whole) {
    return switch (extent) {
      case BRIEF -> brief;
      case QUICK -> quick;
      case LONG -> whole;
    };
  }
}
