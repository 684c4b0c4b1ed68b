package io.vllmmonitor.api.source;

import io.vllmmonitor.api.extension.Incubating;
import java.time.Duration;
import java.time.Instant;

/** The frame of one collection. Confined to the call of {@link MetricsSource#collect}. */
@Incubating(review = "2027-03-01")
public interface CollectScope {
  /** When the collection was due; what the samples will be stamped with. */
  Instant at();

  /** What is left of the scrape timeout; zero when it has passed. */
  Duration remaining();
}
