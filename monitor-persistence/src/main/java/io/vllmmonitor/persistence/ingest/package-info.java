/**
 * What others push. Bodies of exposition text or Prometheus remote write flow in; batches flow out
 * to the store, and an answer that says what became of every sample. Start at {@link
 * io.vllmmonitor.persistence.ingest.Ingest}.
 */
@NullMarked
package io.vllmmonitor.persistence.ingest;

import org.jspecify.annotations.NullMarked;
