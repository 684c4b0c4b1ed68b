/**
 * What tests of the monitor and of its plugins are made of: clocks, stores in memory, contract
 * tests. Start at {@link io.vllmmonitor.testkit.store.InMemorySeriesStore}.
 */
@NullMarked
package io.vllmmonitor.testkit;

import org.jspecify.annotations.NullMarked;
