/**
 * Bytes as they lie on the disk: checksums, columns of values, lists of numbers. Numbers flow in,
 * bytes flow out, and back. Start at {@link io.vllmmonitor.persistence.format.PackCodec}.
 */
@NullMarked
package io.vllmmonitor.persistence.format;

import org.jspecify.annotations.NullMarked;
