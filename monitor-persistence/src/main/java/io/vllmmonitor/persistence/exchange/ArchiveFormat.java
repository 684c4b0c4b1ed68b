package io.vllmmonitor.persistence.exchange;

/** How samples and records are written down. Every form can be imported. */
public enum ArchiveFormat {
  /** JSON lines: for programs and for text tools. */
  JSONL,
  /** Comma-separated values: for spreadsheets. */
  CSV,
  /** Records as JSON lines, samples in a small binary form. */
  CHUNKS;

  String extensionOfRecords() {
    return this == CSV ? "csv" : "jsonl";
  }

  String extensionOfSamples() {
    return switch (this) {
      case JSONL -> "jsonl";
      case CSV -> "csv";
      case CHUNKS -> "chunks";
    };
  }
}
