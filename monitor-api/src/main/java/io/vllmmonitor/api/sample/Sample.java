package io.vllmmonitor.api.sample;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/** One measured value of one series at one instant (to the millisecond). Immutable. */
public record Sample(SeriesKey series, Instant at, double value) {
  public Sample {
    requireNonNull(series, "series");
    requireNonNull(at, "at");
  }
}
