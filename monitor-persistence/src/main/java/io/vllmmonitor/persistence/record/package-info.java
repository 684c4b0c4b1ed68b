/**
 * Records in typed tables of monitor.db, or in files of JSON lines. Rows flow in, pages flow out,
 * newest first. Start at {@link io.vllmmonitor.persistence.record.SqliteRecordStore} or {@link
 * io.vllmmonitor.persistence.record.JsonRecordStore}.
 */
@NullMarked
package io.vllmmonitor.persistence.record;

import org.jspecify.annotations.NullMarked;
