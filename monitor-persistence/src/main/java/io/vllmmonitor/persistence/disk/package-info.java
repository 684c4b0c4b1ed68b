/**
 * Plain work on files that a power cut must find whole, and SHA-256. Bytes and paths flow in from
 * whoever writes files that are not SQLite's; what flows out is on the disk when a call returns.
 * Start at {@link io.vllmmonitor.persistence.disk.Disk}.
 */
@NullMarked
package io.vllmmonitor.persistence.disk;

import org.jspecify.annotations.NullMarked;
