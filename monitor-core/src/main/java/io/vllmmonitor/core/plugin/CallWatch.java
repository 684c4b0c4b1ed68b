package io.vllmmonitor.core.plugin;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.core.telemetry.OwnMetrics;
import java.time.InstantSource;

/**
 * What the calls of one unit are watched with. Immutable; all parts are thread-safe.
 *
 * @param codeHash SHA-256 (hex) of the unit's content
 * @param trial whether every failure is to be seen, so that no call is held back after failures
 */
record CallWatch(
    String codeHash, UnitHealth health, Watchdog watchdog, Suspects suspects, boolean trial) {
  /** For instances that are tried out: nobody hears of their failures but who calls them. */
  static CallWatch ofTrial(CodeGeneration generation, InstantSource clock, Watchdog watchdog) {
    UnitHealth health =
        new UnitHealth(
            generation.unit(),
            generation.generation(),
            (unit, number, alarm, detail) -> {},
            clock,
            new OwnMetrics());
    return new CallWatch(generation.codeHash(), health, watchdog, Suspects.NONE, true);
  }
}
