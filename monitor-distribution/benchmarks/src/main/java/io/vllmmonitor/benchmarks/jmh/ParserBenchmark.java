package io.vllmmonitor.benchmarks.jmh;

import io.vllmmonitor.benchmarks.peer.DiscardedSeries;
import io.vllmmonitor.benchmarks.workload.ExpositionText;
import io.vllmmonitor.benchmarks.workload.RegexParser;
import io.vllmmonitor.benchmarks.workload.Scrape;
import java.nio.charset.StandardCharsets;
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
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/** Reading exposition pages of 1,000 series. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class ParserBenchmark {
  private final List<byte[]> pages = new ArrayList<>();
  private final List<String> strings = new ArrayList<>();
  private final DiscardedSeries.Reader reader = new DiscardedSeries.Reader();
  private int next;

  @Setup
  public void encode() {
    ExpositionText text = new ExpositionText();
    long time = 1_700_000_000_000L;
    for (Scrape scrape : Pages.scrapes(100)) {
      pages.add(text.encode(scrape, time));
      time += 1000;
    }
    pages.forEach(page -> strings.add(new String(page, StandardCharsets.UTF_8)));
  }

  @Benchmark
  public long ours() {
    next = (next + 1) % pages.size();
    return reader.read(pages.get(next));
  }

  @Benchmark
  public void regex(Blackhole samples) {
    next = (next + 1) % pages.size();
    RegexParser.parse(strings.get(next), (name, value) -> samples.consume(value));
  }
}
