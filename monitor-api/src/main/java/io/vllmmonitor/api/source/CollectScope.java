package io.vllmmonitor.api.source;

import java.time.Duration;
import java.time.Instant;

/** The frame of one collection. Confined to the call of {@link MetricsSource#collect}. */
public interface CollectScope {
  /** When the collection was due; what the samples will be stamped with. */
  Instant at();

  /** What is left of the scrape timeout; zero when it has passed. */
  Duration remaining();
}
