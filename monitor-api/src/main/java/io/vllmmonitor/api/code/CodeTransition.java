package io.vllmmonitor.api.code;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.error.ErrorCode;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One step in the life of one generation of code. Stored before it takes effect, never changed.
 * Immutable.
 *
 * @param id unique; ids of one daemon sort in the order of the steps
 * @param unit id of the plugin or of the dropped source
 * @param generation the generation that took the step
 * @param codeHash SHA-256 (hex) of its content
 * @param from the phase before
 * @param to the phase after; {@link LifePhase#mayBecome} when the row was written
 * @param at when
 * @param code why, where something went wrong; null where nothing did
 * @param reason why, for people
 */
public record CodeTransition(
    String id,
    String unit,
    int generation,
    String codeHash,
    LifePhase from,
    LifePhase to,
    Instant at,
    @Nullable ErrorCode code,
    String reason) {
  public CodeTransition {
    requireNonNull(id, "id");
    requireNonNull(unit, "unit");
    requireNonNull(codeHash, "codeHash");
    requireNonNull(from, "from");
    requireNonNull(to, "to");
    requireNonNull(at, "at");
    requireNonNull(reason, "reason");
  }
}
