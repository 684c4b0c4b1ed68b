/**
 * Drives the sources: one scrape per target and interval, checked, labelled and stamped, becomes
 * one {@link io.vllmmonitor.core.sampling.Tick} on the target's own thread and one batch for the
 * store. Start at {@link io.vllmmonitor.core.sampling.Sampler}.
 */
@NullMarked
package io.vllmmonitor.core.sampling;

import org.jspecify.annotations.NullMarked;
