/**
 * Measures the store beside its rivals. This package is empty on purpose; start at {@link
 * io.vllmmonitor.benchmarks.measure.StorageBenchmark}, and at {@link
 * io.vllmmonitor.benchmarks.measure.MonthBenchmark} for a store of 30 days.
 */
@NullMarked
package io.vllmmonitor.benchmarks;

import org.jspecify.annotations.NullMarked;
