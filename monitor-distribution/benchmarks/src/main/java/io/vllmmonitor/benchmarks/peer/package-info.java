/**
 * The systems that are measured: our daemon, Prometheus, VictoriaMetrics and plain SQLite rows. In:
 * scrapes and questions; out: answers, CPU seconds, memory and bytes on disk. Start at {@link
 * io.vllmmonitor.benchmarks.peer.ServerPeer}.
 */
@NullMarked
package io.vllmmonitor.benchmarks.peer;

import org.jspecify.annotations.NullMarked;
