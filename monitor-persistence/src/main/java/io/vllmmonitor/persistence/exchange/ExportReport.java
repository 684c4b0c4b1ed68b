package io.vllmmonitor.persistence.exchange;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What an export wrote. Immutable.
 *
 * @param files without the manifest
 * @param bytes of all files on disk, without the manifest
 * @param samplesFrom time of the oldest sample; null when there is none
 * @param samplesTo time of the newest sample; null when there is none
 * @param records rows by table
 * @param blobsLeftOut blobs of the store that no exported record names
 */
public record ExportReport(
    Path directory,
    long files,
    long bytes,
    long samples,
    @Nullable Instant samplesFrom,
    @Nullable Instant samplesTo,
    SortedMap<String, Long> records,
    long blobs,
    long blobsLeftOut) {
  public ExportReport {
    requireNonNull(directory, "directory");
    records = Collections.unmodifiableSortedMap(new TreeMap<>(records));
  }
}
