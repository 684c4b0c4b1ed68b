package io.vllmmonitor.benchmarks.measure;

import com.sun.management.OperatingSystemMXBean;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.benchmarks.peer.Folders;
import io.vllmmonitor.benchmarks.peer.SqliteRows;
import io.vllmmonitor.benchmarks.peer.Waiting;
import io.vllmmonitor.benchmarks.workload.Scrape;
import io.vllmmonitor.benchmarks.workload.Workload;
import io.vllmmonitor.persistence.engine.DataDirectory;
import io.vllmmonitor.persistence.engine.StoreEngine;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/**
 * The engine of our store and plain SQLite rows, both in this process, in turns. Both commit every
 * 50 scrapes, durably. CPU is that of the whole process, so background work counts.
 */
final class InProcess {
  private static final int TURN = 600;
  private static final int BATCH = SqliteRows.BATCH / 1_000;
  private static final TargetId TARGET = new TargetId("127.0.0.1:8000");

  private final OperatingSystemMXBean system =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private final Workload workload;
  private final Figures figures;

  InProcess(Workload workload, Figures figures) {
    this.workload = workload;
    this.figures = figures;
  }

  /** Feeds both in turns, asks the rows, and tells sizes. */
  void run(Path folder, int warmTurns, int rounds) throws IOException, SQLException {
    InstantSource clock = InstantSource.system();
    Files.createDirectories(folder);
    try (DataDirectory directory = DataDirectory.open(folder.resolve("engine"), clock);
        StoreEngine engine = StoreEngine.open(directory, clock, System::nanoTime);
        SqliteRows rows = new SqliteRows(folder.resolve("rows.db"))) {
      ingest(engine, rows, warmTurns);
      engine.series().flush();
      long samples = workload.samples(0, workload.scrapes());
      Path metrics = folder.resolve("engine").resolve("metrics");
      long rollups = Folders.bytes(metrics, InProcess::isRollup);
      long days = Folders.bytes(metrics, file -> !isRollup(file));
      figures.put("bytes per sample in process", Figures.OURS, (double) days / samples);
      figures.put("aggregates, bytes per sample", Figures.OURS, (double) rollups / samples);
      figures.put(Requirement.BYTES, Figures.ROWS, (double) rows.bytes() / samples);
      askRows(rows, rounds);
    }
  }

  private static boolean isRollup(Path file) {
    return file.getFileName().toString().startsWith("rollup");
  }

  private void ingest(StoreEngine engine, SqliteRows rows, int warmTurns)
      throws IOException, SQLException {
    double ours = 0;
    double theirs = 0;
    for (int from = 0; from < workload.scrapes(); from += TURN) {
      int to = Math.min(from + TURN, workload.scrapes());
      double start = cpuSeconds();
      append(engine, from, to);
      engine.maintain(); // as the daemon does; rows of SQLite are in their final form at once
      settle();
      double middle = cpuSeconds();
      rows.ingest(workload, from, to);
      rows.commit();
      settle();
      if (from >= warmTurns * TURN) {
        ours += middle - start;
        theirs += cpuSeconds() - middle;
      }
    }
    long measured = workload.samples(warmTurns * TURN, workload.scrapes());
    figures.put(Requirement.INGEST_IN_PROCESS, Figures.OURS, measured / ours);
    figures.put(Requirement.INGEST_IN_PROCESS, Figures.ROWS, measured / theirs);
  }

  private void append(StoreEngine engine, int from, int to) {
    List<SampleBatch> batches = new ArrayList<>();
    for (int i = from; i < to; i++) {
      Scrape scrape = workload.scrape(i);
      Instant at = Instant.ofEpochMilli(workload.timeOf(i));
      batches.add(new SampleBatch(TARGET, at, scrape.series(), scrape.values()));
      if (batches.size() == BATCH || i == to - 1) {
        engine.series().append(batches);
        batches.clear();
      }
    }
  }

  private void askRows(SqliteRows rows, int rounds) throws SQLException {
    int series = workload.scrape(0).values().length;
    long end = workload.end();
    long hour = Duration.ofHours(1).toMillis();
    List<Integer> averaged = Case.averagedSeries(workload);
    int raw = Case.rawSeries(workload);
    measure(Requirement.RAW, 50, rounds, () -> rows.raw(raw, end - hour, end));
    measure(Requirement.AVERAGE, 5, rounds, () -> rows.averages(averaged, end - 6 * hour, end));
    measure(Requirement.LATEST, 5, rounds, () -> rows.latest(series));
    measure(Requirement.PERCENTILE, 1, rounds, () -> rows.percentiles(series, end - hour, end));
    figures.note("SQLite rows are asked in process; their CPU holds no HTTP and no JSON");
    figures.note(
        "in process, the CPU of ours holds the moving into compact form and the aggregates of"
            + " minutes and hours; rows need no moving and have no aggregates");
  }

  private interface Query {
    Object run() throws SQLException;
  }

  private void measure(String figure, int repetitions, int rounds, Query query)
      throws SQLException {
    query.run();
    List<Double> millis = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      double before = cpuSeconds();
      for (int i = 0; i < repetitions; i++) {
        query.run();
      }
      millis.add((cpuSeconds() - before) * 1000 / repetitions);
    }
    figures.put(figure, Figures.ROWS, Medians.of(millis));
  }

  private void settle() {
    double last = cpuSeconds();
    for (int i = 0; i < 30; i++) {
      Waiting.pause(Duration.ofMillis(50));
      double now = cpuSeconds();
      if (now - last < 0.008) {
        return;
      }
      last = now;
    }
  }

  private double cpuSeconds() {
    return system.getProcessCpuTime() / 1e9;
  }
}
