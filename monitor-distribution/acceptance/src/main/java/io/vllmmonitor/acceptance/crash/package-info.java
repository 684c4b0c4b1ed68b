/**
 * A small program on the store that runs while its reads and writes fail. Start at {@link
 * io.vllmmonitor.acceptance.crash.StoreWorkload}.
 */
@NullMarked
package io.vllmmonitor.acceptance.crash;

import org.jspecify.annotations.NullMarked;
