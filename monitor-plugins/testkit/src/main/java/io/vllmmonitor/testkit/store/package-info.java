/**
 * Stores for tests, and tests for stores. Tests of other code put samples, records and blobs into
 * the in-memory stores; every real store runs the contract tests by extending them. Start at {@link
 * io.vllmmonitor.testkit.store.InMemorySeriesStore}.
 */
@NullMarked
package io.vllmmonitor.testkit.store;

import org.jspecify.annotations.NullMarked;
