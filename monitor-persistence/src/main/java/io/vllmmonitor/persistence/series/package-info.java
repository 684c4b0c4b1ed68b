/**
 * Samples in one SQLite file per UTC day. Batches flow in and are journalled; spans and newest
 * samples flow out. Start at {@link io.vllmmonitor.persistence.series.SqliteSeriesStore}.
 */
@NullMarked
package io.vllmmonitor.persistence.series;

import org.jspecify.annotations.NullMarked;
