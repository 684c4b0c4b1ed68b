/**
 * The HTTP face of the simulator: real sockets on one port that can be refused, reset and opened
 * again, vLLM's routes, faults and the thread that drives the engine. HTTP requests and fault
 * commands flow in, answers and metrics pages flow out. Start at {@link
 * io.vllmmonitor.simulator.server.SimulatedVllmServer}.
 */
@NullMarked
package io.vllmmonitor.simulator.server;

import org.jspecify.annotations.NullMarked;
