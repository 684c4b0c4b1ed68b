/**
 * The monitor inside a program: the same engine, store and HTTP API as the daemon, with the methods
 * for history that its users know. A configuration flows in, history flows out. Start at {@link
 * io.vllmmonitor.embed.VllmMonitor}.
 */
@NullMarked
package io.vllmmonitor.embed;

import org.jspecify.annotations.NullMarked;
