/**
 * The start and the end of the daemon. The command line hands in {@link
 * io.vllmmonitor.daemon.boot.UpOptions} and gets an exit code; {@link
 * io.vllmmonitor.daemon.boot.DaemonFile} tells the other commands where the daemon is. Start at
 * {@link io.vllmmonitor.daemon.boot.Daemon}.
 */
@NullMarked
package io.vllmmonitor.daemon.boot;

import org.jspecify.annotations.NullMarked;
