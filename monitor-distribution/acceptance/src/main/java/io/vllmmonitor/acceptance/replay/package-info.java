/**
 * Recordings of real servers, served again over HTTP, and a naive reader of their pages that shares
 * no code with the daemon. Start at {@link io.vllmmonitor.acceptance.replay.ReplayServer}.
 */
@NullMarked
package io.vllmmonitor.acceptance.replay;

import org.jspecify.annotations.NullMarked;
