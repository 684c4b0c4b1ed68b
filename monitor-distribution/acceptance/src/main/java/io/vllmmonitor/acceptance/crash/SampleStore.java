package io.vllmmonitor.acceptance.crash;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesRollup;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.StoredRecord;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.persistence.engine.DataDirectory;
import io.vllmmonitor.persistence.engine.StoreEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A real store with something of everything: two days with sealed blocks, aggregates, scrapes that
 * still wait in the journal, records and blobs; and its content as names with values, to compare.
 *
 * @param end after the last scrape
 * @param content what is read of it while it is sound
 */
record SampleStore(Instant end, Map<String, String> content) {
  private static final Instant BEGIN = Instant.parse("2026-11-24T22:30:00Z");
  private static final TargetId TARGET = new TargetId("flip:1");
  private static final Duration INTERVAL = Duration.ofSeconds(10);
  private static final int SCRAPES = 1_000;
  private static final int SEALED = 900;
  private static final int RECORDS = 60;
  private static final int BLOBS = 8;
  private static final List<Duration> RESOLUTIONS =
      List.of(Duration.ofMinutes(1), Duration.ofHours(1));

  /** How the names of aggregates begin: as the store gives them, and made of the samples read. */
  static final String STORED = "aggregate ";

  static final String COMPUTED = "computed ";
  private static final int MOST = 1_000_000;
  private static final Set<String> OF_THE_PROCESS = Set.of("owner.lock", "daemon.json");

  SampleStore {
    content = Map.copyOf(content);
  }

  /** Makes one, and a copy of its files while it is open: that is what kill -9 leaves. */
  static SampleStore make(Path live, Path copy) throws IOException {
    Instant end = BEGIN.plus(INTERVAL.multipliedBy(SCRAPES));
    InstantSource clock = InstantSource.fixed(end);
    try (DataDirectory directory = DataDirectory.open(live, clock);
        StoreEngine engine =
            StoreEngine.open(
                directory, BitFlips.config(live), new MetricCatalog(), clock, System::nanoTime)) {
      Random random = new Random(1);
      scrapes(engine, random, 0, SEALED);
      engine.series().flush();
      records(engine);
      scrapes(engine, random, SEALED, SCRAPES);
      Map<String, String> content =
          read(
              engine,
              failure -> {
                throw failure;
              });
      copy(live, copy);
      return new SampleStore(end, content);
    }
  }

  private static void scrapes(StoreEngine engine, Random random, int from, int to) {
    List<SeriesKey> page = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      Labels labels = Labels.of(Map.of("instance", TARGET.toString(), "number", "n" + i));
      page.add(new SeriesKey("flipped_" + i % 3, labels));
    }
    for (int scrape = from; scrape < to; scrape++) {
      double[] values = new double[page.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] =
            switch (i % 3) {
              case 0 -> scrape * (i + 1.0);
              case 1 -> random.nextInt(9);
              default -> random.nextDouble();
            };
      }
      Instant at = BEGIN.plus(INTERVAL.multipliedBy(scrape));
      engine.series().append(List.of(new SampleBatch(TARGET, at, page, values)));
    }
  }

  private static void records(StoreEngine engine) {
    List<StoredRecord> records = new ArrayList<>();
    for (int i = 0; i < RECORDS; i++) {
      records.add(
          new StoredRecord(
              RecordKind.AUDIT, "r" + i, BEGIN, null, Map.of(), "{\"number\":" + i * 7 + "}"));
    }
    engine.records().write(records);
    for (int i = 0; i < BLOBS; i++) {
      String unused = engine.blobs().put(("blob " + i + " ").repeat(100).getBytes(UTF_8));
    }
  }

  /** Everything there is; what cannot be read is told and left out. */
  static Map<String, String> read(StoreEngine engine, Consumer<MonitorException> failed) {
    Map<String, String> content = new LinkedHashMap<>();
    attempt(failed, () -> samples(engine, content));
    for (Duration resolution : RESOLUTIONS) {
      attempt(failed, () -> aggregates(engine, content, resolution));
    }
    for (int i = 0; i < RECORDS; i++) {
      String id = "r" + i;
      attempt(
          failed,
          () ->
              engine
                  .records()
                  .find(RecordKind.AUDIT, id)
                  .ifPresent(record -> content.put("record " + id, record.toString())));
    }
    attempt(
        failed,
        () -> {
          for (String hash : engine.blobs().hashes()) {
            attempt(
                failed,
                () -> content.put("blob " + hash, new String(engine.blobs().get(hash), UTF_8)));
          }
        });
    return content;
  }

  private static void attempt(Consumer<MonitorException> failed, Runnable reading) {
    try {
      reading.run();
    } catch (MonitorException e) {
      failed.accept(e);
    }
  }

  private static void samples(StoreEngine engine, Map<String, String> content) {
    Instant to = BEGIN.plus(INTERVAL.multipliedBy(SCRAPES));
    for (SeriesData data : engine.series().read(SeriesSelector.all(), Instant.EPOCH, to, MOST)) {
      for (int i = 0; i < data.size(); i++) {
        content.put(
            "sample " + data.series() + " " + data.epochMillis(i),
            Long.toHexString(Double.doubleToRawLongBits(data.value(i))));
      }
      for (Duration resolution : RESOLUTIONS) {
        put(content, COMPUTED, resolution, SeriesRollup.of(data, resolution.toMillis()));
      }
    }
  }

  private static void aggregates(
      StoreEngine engine, Map<String, String> content, Duration resolution) {
    Instant from = Instant.parse("2026-11-24T22:00:00Z");
    Instant to = Instant.parse("2026-11-25T02:00:00Z");
    for (SeriesRollup rollup :
        engine.series().rollup(SeriesSelector.all(), from, to, resolution, MOST)) {
      put(content, STORED, resolution, rollup);
    }
  }

  private static void put(
      Map<String, String> content, String kind, Duration resolution, SeriesRollup rollup) {
    for (int i = 0; i < rollup.size(); i++) {
      content.put(
          kind + resolution + " " + rollup.series() + " " + rollup.endMillis(i),
          List.of(
                  (double) rollup.count(i),
                  rollup.sum(i),
                  rollup.minimum(i),
                  rollup.maximum(i),
                  rollup.last(i))
              .toString());
    }
  }

  /** Copies what belongs to the data, and not to a running process. */
  static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        if (!OF_THE_PROCESS.contains(name) && !name.endsWith("-shm")) {
          Path target = to.resolve(from.relativize(file).toString());
          if (Files.isDirectory(file)) {
            Files.createDirectories(target);
          } else {
            Files.copy(file, target);
          }
        }
      }
    }
  }
}
