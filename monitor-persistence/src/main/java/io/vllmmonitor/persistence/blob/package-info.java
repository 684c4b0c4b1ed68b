/**
 * Byte strings under their own hash, in monitor.db. Start at {@link
 * io.vllmmonitor.persistence.blob.SqliteBlobStore}.
 */
@NullMarked
package io.vllmmonitor.persistence.blob;

import org.jspecify.annotations.NullMarked;
