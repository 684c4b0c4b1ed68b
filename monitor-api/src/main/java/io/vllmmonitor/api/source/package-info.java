/**
 * How measurements come in: a source turns a target into samples and signals. The core schedules it
 * and gives it a sink; its batches flow on into store and views. Start at {@link
 * io.vllmmonitor.api.source.MetricsSource}.
 */
@NullMarked
package io.vllmmonitor.api.source;

import org.jspecify.annotations.NullMarked;
