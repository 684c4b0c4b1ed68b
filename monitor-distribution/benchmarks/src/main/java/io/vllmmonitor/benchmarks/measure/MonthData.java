package io.vllmmonitor.benchmarks.measure;

import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.benchmarks.peer.Answer;
import io.vllmmonitor.benchmarks.peer.Question;
import io.vllmmonitor.benchmarks.workload.Scrape;
import io.vllmmonitor.benchmarks.workload.SyntheticServer;
import io.vllmmonitor.persistence.config.PersistenceConfig;
import io.vllmmonitor.persistence.engine.DataDirectory;
import io.vllmmonitor.persistence.engine.StoreEngine;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Thirty days of scrapes in the store, made in virtual time: the clock of the store stands at the
 * last scrape, and its maintenance runs every hour, as if the daemon had lived through them. Keeps
 * the right answers to the queries that are asked later. Confined to one thread.
 */
final class MonthData {
  /** How long the made-up past is. */
  static final Duration SPAN = Duration.ofDays(30);

  private static final long HOUR = Duration.ofHours(1).toMillis();
  private static final TargetId TARGET = new TargetId("127.0.0.1:8000");
  private static final long SEED = 20_261_125;

  private final SyntheticServer server;
  private final long interval;
  private final long first;
  private final long last;
  private final int probe;
  private final NavigableMap<Long, Double> lastHour = new TreeMap<>();
  private final NavigableMap<Long, Double> averages = new TreeMap<>();
  private double hourSum;
  private int hourCount;
  private double[] newest = new double[0];
  private List<SeriesKey> page = List.of();
  private long samples;

  private MonthData(int engines, Duration interval, Instant now) {
    this.server = SyntheticServer.of(SEED, engines, (int) interval.toSeconds());
    this.interval = interval.toMillis();
    // Half a second beside whole ones, so that no sample lies on the edge of a window.
    this.last = now.getEpochSecond() * 1000 - 10_500;
    this.first = last - (SPAN.toMillis() / this.interval - 1) * this.interval;
    this.probe = engines * SyntheticServer.SERIES_OF_ENGINE - 3;
  }

  /**
   * Fills a new data directory.
   *
   * @param engines of 250 series each
   * @param interval from one scrape to the next, in whole seconds
   * @param now shortly after the last scrape
   */
  static MonthData fill(Path directory, int engines, Duration interval, Instant now) {
    MonthData data = new MonthData(engines, interval, now);
    Instant[] time = {Instant.ofEpochMilli(data.first)};
    try (DataDirectory opened = DataDirectory.open(directory, () -> time[0]);
        StoreEngine engine =
            StoreEngine.open(
                opened,
                PersistenceConfig.builder(directory).build(),
                new MetricCatalog(),
                () -> time[0],
                System::nanoTime)) {
      List<SampleBatch> hour = new ArrayList<>();
      for (long at = data.first; at <= data.last; at += data.interval) {
        hour.add(data.scrape(at));
        if (at + data.interval > data.last || endOfHour(at) != endOfHour(at + data.interval)) {
          time[0] = Instant.ofEpochMilli(at);
          engine.series().append(hour);
          hour.clear();
          engine.maintain();
        }
      }
      engine.series().flush();
    }
    return data;
  }

  /** The end of the hour that a time belongs to: hours hold their end, not their start. */
  private static long endOfHour(long at) {
    return -Math.floorDiv(-at, HOUR) * HOUR;
  }

  private SampleBatch scrape(long at) {
    Scrape scrape = server.scrape();
    page = scrape.series();
    newest = scrape.values();
    samples += newest.length;
    remember(at, newest[probe]);
    return new SampleBatch(TARGET, Instant.ofEpochMilli(at), page, newest);
  }

  private void remember(long at, double value) {
    if (at > end() - HOUR) {
      lastHour.put(at, value);
    }
    hourSum += value;
    hourCount++;
    if (endOfHour(at) != endOfHour(at + interval)) {
      averages.put(endOfHour(at), hourSum / hourCount);
      hourSum = 0;
      hourCount = 0;
    }
  }

  /** How many samples there are. */
  long samples() {
    return samples;
  }

  /** How many series. */
  int series() {
    return newest.length;
  }

  /** Half a second after the last scrape. */
  private long end() {
    return last + 500;
  }

  /** All samples of the last hour of one series. */
  Question rawHour() {
    return Question.at(selector() + "[1h]", end());
  }

  Answer rawHourAnswer() {
    return answerOf(lastHour);
  }

  /** The averages of all whole hours of one series: 719 of them, or 718. */
  Question hourlyAverages() {
    return new Question(
        "avg_over_time(" + selector() + "[1h])",
        wholeHours().firstKey(),
        wholeHours().lastKey(),
        Duration.ofHours(1));
  }

  Answer hourlyAveragesAnswer() {
    return answerOf(wholeHours());
  }

  /** The first hour began before the first scrape. */
  private NavigableMap<Long, Double> wholeHours() {
    return averages.tailMap(averages.firstKey(), false);
  }

  /** The newest sample of every series. */
  Question latest() {
    return Question.at("{job=\"bench\"}", end());
  }

  Answer latestAnswer() {
    NavigableMap<String, NavigableMap<Long, Double>> right = new TreeMap<>();
    for (int i = 0; i < newest.length; i++) {
      NavigableMap<Long, Double> sample = new TreeMap<>();
      sample.put(end(), newest[i]);
      right.put(Integer.toString(i), sample);
    }
    return new Answer(right);
  }

  private Answer answerOf(NavigableMap<Long, Double> values) {
    NavigableMap<String, NavigableMap<Long, Double>> right = new TreeMap<>();
    right.put(Integer.toString(probe), values);
    return new Answer(right);
  }

  private String selector() {
    return page.get(probe).name() + "{id=\"" + probe + "\"}";
  }
}
