package io.vllmmonitor.persistence.retention;

import io.vllmmonitor.api.sample.Sample;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.store.AppendMode;
import io.vllmmonitor.api.store.AppendResult;
import io.vllmmonitor.api.store.Capability;
import io.vllmmonitor.api.store.SeriesPart;
import io.vllmmonitor.api.store.SeriesStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A store of samples of which only the parts matter. */
final class PartsOnly implements SeriesStore {
  final List<SeriesPart> parts = new ArrayList<>();

  PartsOnly day(String name, long bytes) {
    Instant from = Instant.parse(name + "T00:00:00Z");
    return part(name, SeriesPart.Content.SAMPLES, from, from.plusSeconds(86_400), bytes);
  }

  PartsOnly month(String name, String from, String to, long bytes) {
    return part(
        name,
        SeriesPart.Content.ROLLUPS,
        Instant.parse(from + "T00:00:00Z"),
        Instant.parse(to + "T00:00:00Z"),
        bytes);
  }

  private PartsOnly part(
      String name, SeriesPart.Content content, Instant from, Instant to, long bytes) {
    parts.add(new SeriesPart(name, content, from, to, 1, bytes));
    return this;
  }

  List<String> names() {
    return parts.stream().map(SeriesPart::name).toList();
  }

  @Override
  public List<SeriesPart> parts() {
    return List.copyOf(parts);
  }

  @Override
  public void remove(Set<String> names) {
    parts.removeIf(part -> names.contains(part.name()));
  }

  @Override
  public Set<Capability> capabilities() {
    return Set.of();
  }

  @Override
  public AppendResult append(List<SampleBatch> batches, AppendMode mode) {
    throw new UnsupportedOperationException();
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
    return new Statistics(0, 0, 0);
  }

  @Override
  public void close() {}
}
