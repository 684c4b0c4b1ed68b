/**
 * A simulated vLLM server for demonstrations, acceptance tests and benchmarks. Requests flow in
 * over HTTP or from built-in seeded traffic, metrics pages and answers flow out. Start at {@code
 * io.vllmmonitor.simulator.server.SimulatedVllmServer}; the model itself is in {@code
 * io.vllmmonitor.simulator.engine} and knows nothing of HTTP.
 */
@NullMarked
package io.vllmmonitor.simulator;

import org.jspecify.annotations.NullMarked;
