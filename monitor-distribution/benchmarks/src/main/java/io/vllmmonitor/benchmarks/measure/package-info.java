/**
 * The runs: feeds all systems the same, asks them the same, checks their answers, and makes a table
 * of ratios. In: a bundle and a workload; out: the table and whether every "must" is met. Start at
 * {@link io.vllmmonitor.benchmarks.measure.StorageBenchmark}.
 */
@NullMarked
package io.vllmmonitor.benchmarks.measure;

import org.jspecify.annotations.NullMarked;
