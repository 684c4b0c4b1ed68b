/**
 * Records in typed tables of monitor.db. Rows flow in, pages flow out, newest first. Start at
 * {@link io.vllmmonitor.persistence.record.SqliteRecordStore}.
 */
@NullMarked
package io.vllmmonitor.persistence.record;

import org.jspecify.annotations.NullMarked;
