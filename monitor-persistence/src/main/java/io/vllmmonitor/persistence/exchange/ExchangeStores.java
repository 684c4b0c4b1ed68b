package io.vllmmonitor.persistence.exchange;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.store.BlobStore;
import io.vllmmonitor.api.store.RecordStore;
import io.vllmmonitor.api.store.SeriesStore;

/** The three stores whose content is exchanged; open, and closed by whoever opened them. */
public record ExchangeStores(SeriesStore series, RecordStore records, BlobStore blobs) {
  public ExchangeStores {
    requireNonNull(series, "series");
    requireNonNull(records, "records");
    requireNonNull(blobs, "blobs");
  }
}
