/**
 * The {@code vllm-monitor} command. Arguments flow in; {@code up} hands them to the daemon, every
 * other verb asks a running daemon over HTTP and prints the answer; an exit code flows out. Start
 * at {@link io.vllmmonitor.cli.command.Main}.
 */
@NullMarked
package io.vllmmonitor.cli.command;

import org.jspecify.annotations.NullMarked;
