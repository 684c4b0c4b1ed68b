package io.vllmmonitor.persistence.exchange;

/**
 * What an archive may cost to read. What is exported keeps them too, so that it can be imported.
 * Immutable.
 *
 * @param files in the directory, the manifest included
 * @param manifestBytes of the manifest
 * @param lineBytes of one row
 * @param blobBytes of one blob
 * @param fileBytes of one file after inflating
 * @param totalBytes of all files after inflating
 * @param ratio inflated bytes for one compressed byte, beyond the first 16 MiB of a file
 */
record ArchiveLimits(
    int files,
    long manifestBytes,
    int lineBytes,
    int blobBytes,
    long fileBytes,
    long totalBytes,
    int ratio) {
  /** Inflated bytes of a file to which the ratio does not apply. */
  static final long FREE_BYTES = 16L << 20;

  static ArchiveLimits standard() {
    return new ArchiveLimits(50_000, 16L << 20, 32 << 20, 64 << 20, 64L << 30, 1L << 40, 5_000);
  }
}
