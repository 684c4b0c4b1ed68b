package io.vllmmonitor.api.rehearsal;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The receipt of one rehearsal: a unit's guardrails and predictors, run in virtual time over stored
 * samples. Made by the core, kept in the history, shown to people. Immutable.
 *
 * @param id unique, sortable by time
 * @param unit id of the plugin or of the dropped source
 * @param generation of the unit; 0 for code that is not installed
 * @param codeHash SHA-256 (hex) of the jar or the source text
 * @param at when the rehearsal began
 * @param from begin of the stored time that was asked for
 * @param to its end
 * @param trials one per extension and target, sorted by extension, then target
 * @param took how long it lasted
 * @param cutAt the stored instant at which its time was up, so that the rest was not rehearsed;
 *     null when it came to its end
 * @param result what follows
 * @param reason one sentence for people
 */
public record Rehearsal(
    String id,
    String unit,
    int generation,
    String codeHash,
    Instant at,
    Instant from,
    Instant to,
    List<RehearsedExtension> trials,
    Duration took,
    @Nullable Instant cutAt,
    RehearsalResult result,
    String reason) {
  public Rehearsal {
    requireNonNull(id, "id");
    requireNonNull(unit, "unit");
    requireNonNull(codeHash, "codeHash");
    requireNonNull(at, "at");
    requireNonNull(from, "from");
    requireNonNull(to, "to");
    trials = List.copyOf(trials);
    requireNonNull(took, "took");
    requireNonNull(result, "result");
    requireNonNull(reason, "reason");
    if (generation < 0) {
      throw new IllegalArgumentException(
          "A generation counts from 1, or is 0 for code that is not installed, found "
              + generation);
    }
  }

  /** The same receipt with what follows from it. */
  public Rehearsal concluded(RehearsalResult newResult, String why) {
    return new Rehearsal(
        id, unit, generation, codeHash, at, from, to, trials, took, cutAt, newResult, why);
  }
}
