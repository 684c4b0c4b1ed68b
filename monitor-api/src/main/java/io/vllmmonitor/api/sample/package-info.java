/**
 * The vocabulary of measurement, without any input or output: series, labels, samples, selectors
 * and what a metric means. Sources produce batches, the store keeps them, views read them. Start at
 * {@link io.vllmmonitor.api.sample.SampleBatch}.
 */
@NullMarked
package io.vllmmonitor.api.sample;

import org.jspecify.annotations.NullMarked;
