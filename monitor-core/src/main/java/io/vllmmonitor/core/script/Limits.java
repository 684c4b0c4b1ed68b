package io.vllmmonitor.core.script;

/**
 * What one call into a dropped source may use. Immutable.
 *
 * @param steps backward jumps, method entries, and the weight of calls whose cost grows with their
 *     input
 * @param bytes allocated in one call, roughly
 */
record Limits(int steps, int bytes) {}
