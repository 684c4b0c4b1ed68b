/** Tests of the HTTP server, its control routes and its faults, over real sockets. */
@NullMarked
package io.vllmmonitor.simulator.server;

import org.jspecify.annotations.NullMarked;
