/** Tests of the benchmarks. */
@NullMarked
package io.vllmmonitor.benchmarks.measure;

import org.jspecify.annotations.NullMarked;
