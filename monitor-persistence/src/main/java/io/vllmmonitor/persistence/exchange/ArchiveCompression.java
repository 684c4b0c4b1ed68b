package io.vllmmonitor.persistence.exchange;

/** Which files of an archive are compressed with zstd. */
public enum ArchiveCompression {
  NONE,
  /** Samples, which are most of the bytes; the rest can be read as it lies there. */
  SAMPLES,
  ALL
}
