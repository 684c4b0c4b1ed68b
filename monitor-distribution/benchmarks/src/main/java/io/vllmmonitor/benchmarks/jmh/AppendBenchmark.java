package io.vllmmonitor.benchmarks.jmh;

import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.benchmarks.workload.Scrape;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Durable appends of whole scrapes of 1,000 series. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class AppendBenchmark {
  /** How many scrapes are committed together. */
  @Param({"1", "50"})
  public int batch;

  private final List<Scrape> pages = Pages.scrapes(600);
  private OpenStore store = OpenStore.none();
  private long next;

  @Setup(Level.Iteration)
  public void open() throws IOException {
    store = OpenStore.inNewFolder();
    next = System.currentTimeMillis() - 20_000_000;
  }

  @TearDown(Level.Iteration)
  public void close() throws IOException {
    store.close();
  }

  @Benchmark
  public Object append() {
    List<SampleBatch> batches = new ArrayList<>(batch);
    for (int i = 0; i < batch; i++) {
      Scrape scrape = pages.get((int) (next / 1000 % pages.size()));
      batches.add(
          new SampleBatch(
              Pages.TARGET, Instant.ofEpochMilli(next), scrape.series(), scrape.values()));
      next += 1000;
    }
    return store.engine().series().append(batches);
  }
}
