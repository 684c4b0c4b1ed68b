/**
 * The service provider interface of the back ends, in three shapes: series of samples, records,
 * blobs. The persistence engine writes through it. Start at {@link
 * io.vllmmonitor.api.store.SeriesStore}.
 */
@NullMarked
package io.vllmmonitor.api.store;

import org.jspecify.annotations.NullMarked;
