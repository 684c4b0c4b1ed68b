package io.vllmmonitor.persistence.exchange;

import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.store.StoredRecord;
import java.util.Iterator;
import java.util.List;

/**
 * What is imported, however it was written down. Everything can be read more than once, in streams,
 * since there may be more than memory holds. Confined to one thread.
 */
interface ImportContent {
  /** What it is, for people and reports. */
  String source();

  /**
   * Reads everything once and throws when anything is wrong with it; called before anything is
   * changed. The iterators may be used after it only.
   */
  void verify();

  /** Rows of kinds that are exchanged. */
  Rows<StoredRecord> records();

  /** Samples, each of one series within ten minutes, sorted by these minutes, then series. */
  Rows<SeriesData> samples();

  /** The hashes of the blobs. */
  List<String> blobs();

  byte[] blob(String hash);

  /** What cannot be brought over, with counts; for people. Complete after {@link #verify}. */
  List<String> notes();

  /** Something to iterate over and then to close. */
  interface Rows<T> extends Iterator<T>, AutoCloseable {
    @Override
    void close();
  }
}
