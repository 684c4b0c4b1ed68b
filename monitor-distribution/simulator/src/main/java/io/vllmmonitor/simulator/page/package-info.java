/**
 * The metrics page of vLLM 0.32.0, byte for byte in shape: an engine snapshot, a view of the
 * process and HTTP statistics flow in, the text flows out. Start at {@link
 * io.vllmmonitor.simulator.page.MetricsPage}. The order of families, their HELP and TYPE lines and
 * their labels come from a template resource that was taken from a real server's page.
 */
@NullMarked
package io.vllmmonitor.simulator.page;

import org.jspecify.annotations.NullMarked;
