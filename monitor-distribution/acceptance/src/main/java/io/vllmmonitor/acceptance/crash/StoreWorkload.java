package io.vllmmonitor.acceptance.crash;

import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.StoredRecord;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.persistence.config.PersistenceConfig;
import io.vllmmonitor.persistence.engine.DataDirectory;
import io.vllmmonitor.persistence.engine.StoreEngine;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * {@code write DIR} stores scrapes and records, seals them, and prints which steps the store
 * acknowledged; {@code check DIR STEPS} opens it again and prints how many of them are lost. Every
 * failure of the store is taken as "not stored", and the program goes on.
 */
public final class StoreWorkload {
  private static final int STEPS = 24;
  private static final int FLUSH_EVERY = 8;
  private static final Instant BEGIN = Instant.parse("2026-11-25T12:00:00Z");
  private static final List<SeriesKey> PAGE =
      List.of(SeriesKey.of("a"), SeriesKey.of("b"), SeriesKey.of("c"));

  private StoreWorkload() {}

  public static void main(String[] arguments) {
    Path directory = Path.of(arguments[1]);
    switch (arguments[0]) {
      case "write" -> System.out.println(String.join(",", write(directory)));
      case "check" -> System.out.println("lost " + lost(directory, steps(arguments)));
      default -> throw new IllegalArgumentException("write DIR, or check DIR STEPS");
    }
  }

  private static Set<String> steps(String[] arguments) {
    Set<String> steps = new HashSet<>();
    if (arguments.length > 2 && !arguments[2].isEmpty()) {
      steps.addAll(List.of(arguments[2].split(",")));
    }
    return steps;
  }

  private static PersistenceConfig config(Path directory) {
    return PersistenceConfig.builder(directory).batchSize(5).reserveSize(0).build();
  }

  private static List<String> write(Path directory) {
    List<String> stored = new ArrayList<>();
    InstantSource clock = InstantSource.fixed(BEGIN.plusSeconds(STEPS));
    try (DataDirectory opened = DataDirectory.open(directory, clock);
        StoreEngine engine =
            StoreEngine.open(
                opened, config(directory), new MetricCatalog(), clock, System::nanoTime)) {
      for (int step = 0; step < STEPS; step++) {
        store(engine, step, stored);
      }
    } catch (MonitorException e) {
      System.err.println("The store gave up: " + e.describe());
    }
    return stored;
  }

  private static void store(StoreEngine engine, int step, List<String> stored) {
    Instant at = BEGIN.plusSeconds(step);
    try {
      engine
          .series()
          .append(
              List.of(
                  new SampleBatch(
                      new TargetId("crash:1"), at, PAGE, new double[] {step, step * 2, 0.5})));
      stored.add("s" + step);
    } catch (MonitorException e) {
      System.err.println("Scrape " + step + ": " + e.describe());
    }
    try {
      engine
          .records()
          .write(List.of(new StoredRecord(RecordKind.AUDIT, "r" + step, at, null, Map.of(), "{}")));
      stored.add("r" + step);
    } catch (MonitorException e) {
      System.err.println("Record " + step + ": " + e.describe());
    }
    if (step % FLUSH_EVERY == FLUSH_EVERY - 1) {
      try {
        engine.series().flush();
      } catch (MonitorException e) {
        System.err.println("Flush " + step + ": " + e.describe());
      }
    }
  }

  private static int lost(Path directory, Set<String> steps) {
    InstantSource clock = InstantSource.fixed(BEGIN.plusSeconds(STEPS));
    try (DataDirectory opened = DataDirectory.open(directory, clock);
        StoreEngine engine =
            StoreEngine.open(
                opened, config(directory), new MetricCatalog(), clock, System::nanoTime)) {
      Set<String> found = new HashSet<>();
      for (int step = 0; step < STEPS; step++) {
        if (hasScrape(engine, step)) {
          found.add("s" + step);
        }
        if (engine.records().find(RecordKind.AUDIT, "r" + step).isPresent()) {
          found.add("r" + step);
        }
      }
      Set<String> missing = new HashSet<>(steps);
      missing.removeAll(found);
      return missing.size();
    }
  }

  private static boolean hasScrape(StoreEngine engine, int step) {
    Instant at = BEGIN.plusSeconds(step);
    List<SeriesData> found = engine.series().read(SeriesSelector.all(), at, at, 10);
    return found.size() == PAGE.size()
        && found.get(0).value(0) == step
        && found.get(1).value(0) == step * 2.0;
  }
}
