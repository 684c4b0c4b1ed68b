package io.vllmmonitor.core.plugin;

/**
 * What the calls of one unit are watched with. Immutable; all parts are thread-safe.
 *
 * @param codeHash SHA-256 (hex) of the unit's content
 */
record CallWatch(String codeHash, UnitHealth health, Watchdog watchdog, Suspects suspects) {}
