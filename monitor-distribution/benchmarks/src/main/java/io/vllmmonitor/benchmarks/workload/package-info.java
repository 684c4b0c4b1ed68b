/**
 * What is fed to every system: scrapes, made up from a fixed seed or read from a recording, and
 * their forms on the wire. In: a seed or a recording; out: scrapes and bytes. Start at {@link
 * io.vllmmonitor.benchmarks.workload.Workload}.
 */
@NullMarked
package io.vllmmonitor.benchmarks.workload;

import org.jspecify.annotations.NullMarked;
