package io.vllmmonitor.benchmarks.peer;

import io.vllmmonitor.api.sample.Sample;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.store.AppendMode;
import io.vllmmonitor.api.store.AppendResult;
import io.vllmmonitor.api.store.Capability;
import io.vllmmonitor.api.store.SeriesStore;
import io.vllmmonitor.persistence.ingest.BodyEncoding;
import io.vllmmonitor.persistence.ingest.Ingest;
import io.vllmmonitor.persistence.ingest.IngestMeter;
import io.vllmmonitor.persistence.ingest.PushDefaults;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A store that keeps nothing, so that reading bodies can be measured alone. */
public final class DiscardedSeries implements SeriesStore {
  private long samples;

  /** Reads bodies of exposition text and lets go of the samples. */
  public static final class Reader {
    private final Ingest ingest =
        new Ingest(new DiscardedSeries(), InstantSource.system(), new Unmetered());

    /** Answers how many samples a body holds. */
    public long read(byte[] body) {
      try {
        return ingest
            .exposition(
                new ByteArrayInputStream(body),
                BodyEncoding.of(null, BodyEncoding.IDENTITY),
                PushDefaults.STANDARD)
            .stored();
      } catch (IOException e) {
        throw new IllegalStateException("memory cannot fail", e);
      }
    }
  }

  private static final class Unmetered implements IngestMeter {
    @Override
    public void received(long samples) {}

    @Override
    public void stored(long samples) {}

    @Override
    public void rejected(String reason, long samples) {}

    @Override
    public void ignored(String kind, long entries) {}
  }

  @Override
  public Set<Capability> capabilities() {
    return Set.of();
  }

  @Override
  public AppendResult append(List<SampleBatch> batches, AppendMode mode) {
    long more = batches.stream().mapToLong(SampleBatch::size).sum();
    samples += more;
    return new AppendResult(more, Map.of());
  }

  @Override
  public List<SeriesKey> series(SeriesSelector selector, Instant from, Instant to) {
    return List.of();
  }

  @Override
  public List<SeriesData> read(SeriesSelector selector, Instant from, Instant to, int maxSamples) {
    return List.of();
  }

  @Override
  public List<Sample> latest(SeriesSelector selector) {
    return List.of();
  }

  @Override
  public Statistics statistics() {
    return new Statistics(0, samples, 0);
  }

  @Override
  public void close() {}
}
