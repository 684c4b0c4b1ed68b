/**
 * Aggregates of minutes and hours, in a file a month, which outlive the samples. The series of an
 * hour flow in, aggregates of any span flow out, and a row for each series and hour to whoever
 * keeps those. Start at {@link io.vllmmonitor.persistence.rollup.RollupFiles}.
 */
@NullMarked
package io.vllmmonitor.persistence.rollup;

import org.jspecify.annotations.NullMarked;
