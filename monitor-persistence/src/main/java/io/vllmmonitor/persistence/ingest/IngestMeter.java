package io.vllmmonitor.persistence.ingest;

/**
 * Told what became of what was pushed: received = stored + rejected. Called from the threads of the
 * senders; must not block.
 */
public interface IngestMeter {
  /** Samples that came, readable or not. */
  void received(long samples);

  /** Samples that the store has. */
  void stored(long samples);

  /**
   * Samples that were not stored.
   *
   * @param reason a {@link io.vllmmonitor.api.store.RejectReason} of the store, or the {@link
   *     io.vllmmonitor.api.error.ErrorCode} of a body that was refused as a whole
   */
  void rejected(String reason, long samples);

  /**
   * What a body held beside samples and nobody keeps.
   *
   * @param kind {@code exemplar}, {@code histogram} or {@code metadata}
   */
  void ignored(String kind, long entries);
}
