package io.vllmmonitor.api.code;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * Where one generation of code stands in its life. The one table of what may follow what is here:
 * {@link #mayBecome}. A generation begins DISCOVERED and comes to rest in one of UNLOADED,
 * REJECTED, WAITING, QUARANTINED or ROLLED_BACK, from which it may be started again.
 */
public enum LifePhase {
  /** A file or a stored generation was seen. */
  DISCOVERED,
  /** Its bytes are stored under their hash. */
  STAGED,
  /** Manifest or header, id, version and ranges are in order. */
  VERIFIED,
  /** A source became classes. */
  COMPILED,
  /** Everything that it depends on runs. */
  RESOLVED,
  /** Its classes are loaded and its entry was made. */
  LOADED,
  /** Its instances were made, with their saved state. */
  RESTORED,
  /** It was tried on stored samples. */
  REHEARSED,
  /** It runs and is recorded, without effect. */
  SHADOW,
  /** It runs and has effect. */
  ACTIVE,
  /** No new call reaches it; those that run come to their end. */
  DRAINING,
  /** Nothing of it is in memory. */
  UNLOADED,
  /** Something is wrong with it; it was never run, or runs no more. */
  REJECTED,
  /** It starts when a plugin runs that it depends on. */
  WAITING,
  /** It runs, but calls of at least one of its instances are held back. */
  DEGRADED,
  /** Its content did harm; it is not started until somebody approves it. */
  QUARANTINED,
  /** The generation before took its place again. */
  ROLLED_BACK;

  private static final Map<LifePhase, Set<LifePhase>> NEXT =
      Map.ofEntries(
          Map.entry(DISCOVERED, EnumSet.of(STAGED, REJECTED)),
          Map.entry(STAGED, EnumSet.of(VERIFIED, REJECTED, QUARANTINED, UNLOADED)),
          Map.entry(
              VERIFIED, EnumSet.of(COMPILED, RESOLVED, WAITING, REJECTED, QUARANTINED, UNLOADED)),
          Map.entry(COMPILED, EnumSet.of(RESOLVED, REJECTED, QUARANTINED, UNLOADED)),
          Map.entry(RESOLVED, EnumSet.of(LOADED, WAITING, REJECTED, QUARANTINED, UNLOADED)),
          Map.entry(LOADED, EnumSet.of(RESTORED, REJECTED, QUARANTINED, UNLOADED)),
          Map.entry(
              RESTORED, EnumSet.of(REHEARSED, SHADOW, ACTIVE, REJECTED, QUARANTINED, UNLOADED)),
          Map.entry(REHEARSED, EnumSet.of(SHADOW, ACTIVE, REJECTED, QUARANTINED, UNLOADED)),
          Map.entry(SHADOW, EnumSet.of(ACTIVE, DEGRADED, DRAINING, UNLOADED)),
          Map.entry(ACTIVE, EnumSet.of(SHADOW, DEGRADED, DRAINING, UNLOADED)),
          Map.entry(DEGRADED, EnumSet.of(SHADOW, ACTIVE, DRAINING, UNLOADED)),
          Map.entry(DRAINING, EnumSet.of(UNLOADED)),
          Map.entry(
              UNLOADED,
              EnumSet.of(RESOLVED, WAITING, REJECTED, QUARANTINED, ROLLED_BACK, DISCOVERED)),
          Map.entry(REJECTED, EnumSet.of(DISCOVERED, RESOLVED, WAITING, QUARANTINED, UNLOADED)),
          Map.entry(WAITING, EnumSet.of(DISCOVERED, RESOLVED, REJECTED, QUARANTINED, UNLOADED)),
          Map.entry(QUARANTINED, EnumSet.of(DISCOVERED, RESOLVED, WAITING, UNLOADED)),
          Map.entry(ROLLED_BACK, EnumSet.of(DISCOVERED, RESOLVED, WAITING, QUARANTINED, UNLOADED)));

  /** The phases that may follow this one. */
  public Set<LifePhase> next() {
    Set<LifePhase> next = NEXT.get(this);
    return next == null ? Set.of() : Collections.unmodifiableSet(next);
  }

  /** Whether a generation may go from this phase to the other one. */
  public boolean mayBecome(LifePhase other) {
    return next().contains(other);
  }

  /** Whether code of the generation runs. */
  public boolean runs() {
    return this == SHADOW || this == ACTIVE || this == DEGRADED;
  }

  /** Whether nothing of the generation is in memory and nothing is under way. */
  public boolean rests() {
    return switch (this) {
      case UNLOADED, REJECTED, WAITING, QUARANTINED, ROLLED_BACK -> true;
      case DISCOVERED,
          STAGED,
          VERIFIED,
          COMPILED,
          RESOLVED,
          LOADED,
          RESTORED,
          REHEARSED,
          SHADOW,
          ACTIVE,
          DRAINING,
          DEGRADED ->
          false;
    };
  }
}
