/**
 * Time that a test owns. Nothing flows in; code under test takes the clock as its {@code
 * InstantSource}. Start at {@link io.vllmmonitor.testkit.time.ManualClock}.
 */
@NullMarked
package io.vllmmonitor.testkit.time;

import org.jspecify.annotations.NullMarked;
