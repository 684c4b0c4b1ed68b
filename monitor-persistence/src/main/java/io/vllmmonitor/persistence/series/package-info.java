/**
 * Samples by UTC day, in one SQLite file each or in files of JSON lines. Batches flow in and are
 * journalled; spans and newest samples flow out. Start at {@link
 * io.vllmmonitor.persistence.series.SqliteSeriesStore} or {@link
 * io.vllmmonitor.persistence.series.JsonSeriesStore}.
 */
@NullMarked
package io.vllmmonitor.persistence.series;

import org.jspecify.annotations.NullMarked;
