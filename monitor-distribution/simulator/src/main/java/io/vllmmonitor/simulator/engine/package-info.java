/**
 * The model of one vLLM engine: a queue, a running batch, paged KV blocks, chunked prefill, decode,
 * preemption by recompute and a prefix cache. Requests flow in through {@link
 * io.vllmmonitor.simulator.engine.ServingEngine#submit} or an {@link
 * io.vllmmonitor.simulator.engine.ArrivalSource}; an {@link
 * io.vllmmonitor.simulator.engine.EngineSnapshot} flows out. Start at {@link
 * io.vllmmonitor.simulator.engine.ServingEngine}. Nothing here reads a clock, starts a thread or
 * opens a socket: the same seed and the same calls give the same run.
 */
@NullMarked
package io.vllmmonitor.simulator.engine;

import org.jspecify.annotations.NullMarked;
