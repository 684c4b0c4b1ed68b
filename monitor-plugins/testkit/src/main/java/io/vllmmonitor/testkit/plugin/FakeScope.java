package io.vllmmonitor.testkit.plugin;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.source.CollectScope;
import java.time.Duration;
import java.time.Instant;

/**
 * A frame of one collection whose time does not run. Immutable.
 *
 * @param remaining what {@link CollectScope#remaining} always answers
 */
public record FakeScope(Instant at, Duration remaining) implements CollectScope {
  public FakeScope {
    requireNonNull(at, "at");
    requireNonNull(remaining, "remaining");
  }

  /** A frame at this instant with five seconds left. */
  public static FakeScope at(Instant instant) {
    return new FakeScope(instant, Duration.ofSeconds(5));
  }
}
