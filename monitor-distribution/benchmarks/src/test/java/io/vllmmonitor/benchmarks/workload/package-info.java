/** Tests of the benchmarks. */
@NullMarked
package io.vllmmonitor.benchmarks.workload;

import org.jspecify.annotations.NullMarked;
