/**
 * The HTTP face of the daemon: health, REST and the reading half of the Prometheus API. Requests
 * flow in from loopback only; every answer is read from the history, the store and the engine's
 * status, every command goes to the plugin directory or the stop action. Start at {@link
 * io.vllmmonitor.daemon.web.WebServer}.
 */
@NullMarked
package io.vllmmonitor.daemon.web;

import org.jspecify.annotations.NullMarked;
