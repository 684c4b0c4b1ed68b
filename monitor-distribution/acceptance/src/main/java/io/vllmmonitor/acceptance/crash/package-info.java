/**
 * Small programs on the store that run while its reads and writes fail, or while its files are
 * damaged. Start at {@link io.vllmmonitor.acceptance.crash.StoreWorkload} and {@link
 * io.vllmmonitor.acceptance.crash.BitFlips}.
 */
@NullMarked
package io.vllmmonitor.acceptance.crash;

import org.jspecify.annotations.NullMarked;
