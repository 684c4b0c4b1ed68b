/**
 * What the monitor says of itself: its own metrics and the problems it met. Every package reports
 * here, the HTTP API shows it. Start at {@link io.vllmmonitor.core.telemetry.Problems}.
 */
@NullMarked
package io.vllmmonitor.core.telemetry;

import org.jspecify.annotations.NullMarked;
