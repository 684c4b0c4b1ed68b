/**
 * The start and the end of the daemon. The command line hands in {@link
 * io.vllmmonitor.daemon.boot.UpOptions} and gets an exit code; in between everything is wired,
 * restored, served and closed. Start at {@link io.vllmmonitor.daemon.boot.DaemonMain}.
 */
@NullMarked
package io.vllmmonitor.daemon.boot;

import org.jspecify.annotations.NullMarked;
