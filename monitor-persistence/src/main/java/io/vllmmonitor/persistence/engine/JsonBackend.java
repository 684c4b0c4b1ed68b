package io.vllmmonitor.persistence.engine;

import io.vllmmonitor.api.history.Problem;
import io.vllmmonitor.api.store.BlobStore;
import io.vllmmonitor.api.store.RecordStore;
import io.vllmmonitor.api.store.SeriesStore;
import io.vllmmonitor.persistence.blob.JsonBlobStore;
import io.vllmmonitor.persistence.config.PersistenceConfig;
import io.vllmmonitor.persistence.record.JsonRecordStore;
import io.vllmmonitor.persistence.series.JsonSeriesStore;
import io.vllmmonitor.persistence.series.SeriesOptions;
import io.vllmmonitor.persistence.sqlite.StoreCounters;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Everything in files that people can read and search with text tools. */
final class JsonBackend implements OpenBackend {
  static final String RECORDS = "records";
  static final String BLOBS = "blobs";

  private final JsonSeriesStore series;
  private final JsonRecordStore records;
  private final JsonBlobStore blobs;

  private JsonBackend(JsonSeriesStore series, JsonRecordStore records, JsonBlobStore blobs) {
    this.series = series;
    this.records = records;
    this.blobs = blobs;
  }

  /**
   * @param folders makes the folders of the directory
   * @param problems receives what is damaged or missing
   */
  static JsonBackend open(
      Path directory,
      PersistenceConfig config,
      Runnable folders,
      InstantSource clock,
      LongSupplier nanoTicker,
      List<Problem> problems) {
    folders.run();
    boolean compress = config.compressionEnabled();
    JsonRecordStore records =
        JsonRecordStore.open(directory.resolve(RECORDS), compress, clock, problems);
    boolean done = false;
    try {
      JsonBlobStore blobs = JsonBlobStore.open(directory.resolve(BLOBS), compress);
      JsonSeriesStore series =
          JsonSeriesStore.open(
              directory.resolve(DataDirectory.METRICS),
              SeriesOptions.of(config),
              compress,
              clock,
              nanoTicker,
              problems);
      done = true;
      return new JsonBackend(series, records, blobs);
    } finally {
      if (!done) {
        records.close();
      }
    }
  }

  @Override
  public SeriesStore series() {
    return series;
  }

  @Override
  public RecordStore records() {
    return records;
  }

  @Override
  public BlobStore blobs() {
    return blobs;
  }

  @Override
  public void maintain() {
    series.maintain();
    records.maintain();
  }

  /** {@inheritDoc} There is nothing derived in these files. */
  @Override
  public void shrink(Instant derivedBefore) {
    records.maintain();
  }

  @Override
  public <T> T whileFilesStay(Supplier<T> work) {
    return records.whileFilesStay(() -> series.whileFilesStay(work));
  }

  @Override
  public void onDamage(Consumer<Problem> listener) {
    series.onDamage(listener);
  }

  @Override
  public long recordBytes() {
    return records.bytes() + blobs.bytes();
  }

  @Override
  public StoreCounters.Reading counters() {
    return new StoreCounters().reading();
  }

  @Override
  public void close() {
    try {
      series.close();
    } finally {
      records.close();
      blobs.close();
    }
  }
}
