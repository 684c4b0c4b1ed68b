package io.vllmmonitor.testkit.plugin;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.StaleMarker;
import io.vllmmonitor.api.source.SampleSink;
import io.vllmmonitor.api.source.TargetSignals;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** A sink that keeps what one collection brings, under the rules of the core. One thread. */
public final class RecordingSink implements SampleSink {
  private static final int MOST_SAMPLES = 50_000;

  private final Map<SeriesKey, Double> samples = new LinkedHashMap<>();
  private TargetSignals signals = TargetSignals.unknown();

  /** The samples in the order in which they came; a view. */
  public Map<SeriesKey, Double> samples() {
    return Collections.unmodifiableMap(samples);
  }

  /** The last signals, or unknown ones. */
  public TargetSignals signals() {
    return signals;
  }

  @Override
  public void sample(SeriesKey series, double value) {
    if (StaleMarker.is(value)) {
      throw refused(ErrorCode.SCRAPE_STALE_MARKER, "a stale marker came for " + series);
    }
    Double before = samples.putIfAbsent(series, value);
    if (before != null && Double.doubleToRawLongBits(before) != Double.doubleToRawLongBits(value)) {
      throw refused(
          ErrorCode.SCRAPE_DUPLICATE_SERIES, series + " came as " + before + " and as " + value);
    }
    if (samples.size() > MOST_SAMPLES) {
      throw refused(ErrorCode.SCRAPE_TOO_MANY_SAMPLES, "more than " + MOST_SAMPLES + " samples");
    }
  }

  @Override
  public void signals(TargetSignals found) {
    signals = found;
  }

  private static MonitorException refused(ErrorCode code, String message) {
    return new MonitorException(code, Blame.ENVIRONMENT, message);
  }
}
