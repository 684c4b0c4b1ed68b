package io.vllmmonitor.persistence.ingest;

/** What one body may bring. */
final class IngestLimits {
  /** Bytes of a body, as sent and again when inflated. */
  static final int BODY_BYTES = 16 << 20;

  static final int SAMPLES = 500_000;

  /** Series of a body that must be read letter by letter, since no earlier body had them. */
  static final int NEW_SERIES = 50_000;

  /** UTC days that the samples of a body may lie on; each is a file of the store. */
  static final int DAYS = 40;

  static final int LABELS = 40;
  static final int NAME_BYTES = 256;
  static final int VALUE_BYTES = 4 * 1024;

  private IngestLimits() {}
}
