/**
 * The command line of vllm-monitor. It holds no types of its own; start at {@code
 * io.vllmmonitor.cli.command}.
 */
@NullMarked
package io.vllmmonitor.cli;

import org.jspecify.annotations.NullMarked;
