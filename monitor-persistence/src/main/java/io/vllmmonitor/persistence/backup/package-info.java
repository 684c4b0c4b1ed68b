/**
 * Verified copies of a whole data directory, and the way back. A running store flows in, a folder
 * that anyone can check flows out; restoring makes a fresh data directory of it. Start at {@link
 * io.vllmmonitor.persistence.backup.Backups}.
 */
@NullMarked
package io.vllmmonitor.persistence.backup;

import org.jspecify.annotations.NullMarked;
