/**
 * The configuration of the daemon: flags, environment, {@code monitor.yaml} and defaults flow in,
 * one checked {@link io.vllmmonitor.core.config.MonitorConfig} flows out. Start at {@link
 * io.vllmmonitor.core.config.ConfigLoader}.
 */
@NullMarked
package io.vllmmonitor.core.config;

import org.jspecify.annotations.NullMarked;
