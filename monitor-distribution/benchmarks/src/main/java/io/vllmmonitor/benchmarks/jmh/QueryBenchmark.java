package io.vllmmonitor.benchmarks.jmh;

import io.vllmmonitor.api.sample.LabelMatcher;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.benchmarks.workload.Scrape;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Reading an hour of one-second scrapes of 1,000 series, compacted. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class QueryBenchmark {
  private static final int SCRAPES = 3_600;

  private OpenStore store = OpenStore.none();
  private Instant end = Instant.EPOCH;

  @Setup
  public void fill() throws IOException {
    store = OpenStore.inNewFolder();
    end = Instant.ofEpochSecond(System.currentTimeMillis() / 1000);
    Instant at = end.minusSeconds(SCRAPES);
    List<SampleBatch> batches = new ArrayList<>();
    for (Scrape scrape : Pages.scrapes(SCRAPES)) {
      at = at.plusSeconds(1);
      batches.add(new SampleBatch(Pages.TARGET, at, scrape.series(), scrape.values()));
    }
    store.engine().series().append(batches);
    store.engine().series().flush();
  }

  @TearDown
  public void close() throws IOException {
    store.close();
  }

  @Benchmark
  public Object rawHourOfOneSeries() {
    return store
        .engine()
        .series()
        .read(byId("997"), end.minus(Duration.ofHours(1)), end, SCRAPES + 1);
  }

  @Benchmark
  public Object minutesOfOneSeries() {
    long minute = 60;
    Instant to = Instant.ofEpochSecond(end.getEpochSecond() / minute * minute);
    return store
        .engine()
        .series()
        .rollup(
            byId("997"), to.minus(Duration.ofMinutes(50)), to, Duration.ofSeconds(minute), SCRAPES);
  }

  @Benchmark
  public Object latestOfAll() {
    return store.engine().series().latest(SeriesSelector.all());
  }

  private static SeriesSelector byId(String id) {
    return SeriesSelector.all().and(new LabelMatcher("id", LabelMatcher.Operator.EQUAL, id));
  }
}
