/**
 * Byte strings under their own hash, in monitor.db or as files of a folder. Start at {@link
 * io.vllmmonitor.persistence.blob.SqliteBlobStore} or {@link
 * io.vllmmonitor.persistence.blob.JsonBlobStore}.
 */
@NullMarked
package io.vllmmonitor.persistence.blob;

import org.jspecify.annotations.NullMarked;
