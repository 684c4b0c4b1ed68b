package io.vllmmonitor.benchmarks.jmh;

import io.vllmmonitor.benchmarks.workload.Scrape;
import io.vllmmonitor.persistence.format.PackCodec;
import io.vllmmonitor.persistence.format.PackColumn;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Coding one pack of 16 neighbouring series over an hour of scrapes: 57,600 samples. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class CodecBenchmark {
  private static final int ROWS = 3_600;
  private static final int COLUMNS = 16;

  /** Which series: buckets of histograms, or gauges. */
  @Param({"buckets", "gauges"})
  public String kind = "buckets";

  private final PackCodec codec = new PackCodec();
  private final List<PackColumn> columns = new ArrayList<>();
  private byte[] pack = {};

  @Setup
  public void encodeOnce() {
    List<Scrape> scrapes = Pages.scrapes(ROWS);
    int first = kind.equals("buckets") ? 0 : 230;
    for (int column = 0; column < COLUMNS; column++) {
      double[] values = new double[ROWS];
      for (int row = 0; row < ROWS; row++) {
        values[row] = scrapes.get(row).values()[first + column];
      }
      columns.add(PackColumn.full(values));
    }
    pack = codec.encode(columns, ROWS);
  }

  @Benchmark
  public Object encode() {
    return codec.encode(columns, ROWS);
  }

  @Benchmark
  public Object decode() {
    return codec.decode(pack, ROWS);
  }
}
