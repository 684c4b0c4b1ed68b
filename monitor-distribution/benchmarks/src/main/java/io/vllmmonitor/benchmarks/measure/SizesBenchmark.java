package io.vllmmonitor.benchmarks.measure;

import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.benchmarks.peer.Folders;
import io.vllmmonitor.benchmarks.workload.RecordedServer;
import io.vllmmonitor.benchmarks.workload.Scrape;
import io.vllmmonitor.benchmarks.workload.SyntheticServer;
import io.vllmmonitor.benchmarks.workload.Workload;
import io.vllmmonitor.persistence.engine.DataDirectory;
import io.vllmmonitor.persistence.engine.StoreEngine;
import io.vllmmonitor.persistence.format.PackForms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Tells where the bytes of a store go: fills one as fast as it takes the scrapes, each with the
 * time it would have, flushes it, and prints bytes per sample by kind of file and by encoding of
 * columns. The scrapes are those of the synthetic server, or of a recording whose folder is given.
 * Exit code 2 when the call is wrong.
 */
public final class SizesBenchmark {
  private static final long SEED = 20_261_125;
  private static final int SCRAPES = 3_600;
  private static final int BATCH = 100;
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Instant START = Instant.parse("2026-11-25T06:00:00Z");
  private static final TargetId TARGET = new TargetId("127.0.0.1:8000");

  /** Samples and bytes that belong together. */
  private record Share(long samples, long bytes) {
    Share plus(Share other) {
      return new Share(samples + other.samples, bytes + other.bytes);
    }
  }

  private SizesBenchmark() {}

  public static void main(String[] arguments) throws Exception {
    if (arguments.length > 1 || (arguments.length == 1 && arguments[0].startsWith("-"))) {
      System.err.println("At most one argument is expected, the folder of a recording");
      System.exit(2);
      return;
    }
    List<Scrape> pages =
        arguments.length == 1
            ? RecordedServer.scrapes(Path.of(arguments[0]))
            : SyntheticServer.scrapes(SEED, SCRAPES);
    String name = arguments.length == 1 ? arguments[0] : "synthetic";
    Path folder = Files.createTempDirectory("vllm-monitor-sizes-");
    try {
      Workload workload = new Workload(name, pages, pages.size(), START.toEpochMilli(), SECOND);
      fill(folder.resolve("data"), workload);
      print(folder.resolve("data"), workload);
    } finally {
      Folders.delete(folder);
    }
  }

  private static void fill(Path folder, Workload workload) throws IOException {
    Instant end = Instant.ofEpochMilli(workload.end());
    try (DataDirectory directory = DataDirectory.open(folder, () -> end);
        StoreEngine engine = StoreEngine.open(directory, () -> end, System::nanoTime)) {
      List<SampleBatch> batches = new ArrayList<>();
      for (int i = 0; i < workload.scrapes(); i++) {
        Scrape scrape = workload.scrape(i);
        Instant at = Instant.ofEpochMilli(workload.timeOf(i));
        batches.add(new SampleBatch(TARGET, at, scrape.series(), scrape.values()));
        if (batches.size() == BATCH || i == workload.scrapes() - 1) {
          engine.series().append(batches);
          batches.clear();
        }
      }
      engine.series().flush();
    }
  }

  private static void print(Path folder, Workload workload) throws IOException, SQLException {
    long samples = workload.samples(0, workload.scrapes());
    System.out.printf(
        Locale.ROOT,
        "%s: %d scrapes, %d samples%n%n",
        workload.name(),
        workload.scrapes(),
        samples);
    Map<String, Share> files = new TreeMap<>();
    Map<String, Share> encodings = new TreeMap<>();
    for (Path file : files(folder)) {
      String kind = kind(folder.relativize(file).toString());
      Share share = new Share(samples, Files.size(file));
      files.merge(kind, share, (one, other) -> new Share(samples, one.bytes + other.bytes));
      if (kind.equals("day files")) {
        addPacks(file, encodings);
      }
    }
    table("kind of file", files, samples);
    System.out.println();
    table("encoding of columns in day files", encodings, samples);
  }

  private static void table(String title, Map<String, Share> rows, long all) {
    System.out.printf(
        Locale.ROOT, "%-40s %12s %12s %14s%n", title, "samples", "bytes", "bytes a sample");
    long bytes = 0;
    for (Map.Entry<String, Share> row : rows.entrySet()) {
      Share share = row.getValue();
      bytes += share.bytes;
      System.out.printf(
          Locale.ROOT,
          "%-40s %12d %12d %14s%n",
          row.getKey(),
          share.samples,
          share.bytes,
          share.samples == 0 ? "" : text(share.bytes, share.samples));
    }
    System.out.printf(
        Locale.ROOT, "%-40s %12d %12d %14s%n", "all together", all, bytes, text(bytes, all));
  }

  private static String text(long bytes, long samples) {
    return String.format(Locale.ROOT, "%.4f", (double) bytes / samples);
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> found = Files.walk(folder)) {
      return found.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private static String kind(String path) {
    if (!path.endsWith(".db")) {
      return "other files";
    }
    if (!path.startsWith("metrics")) {
      return "records";
    }
    return path.contains("rollup") ? "rollups" : "day files";
  }

  private static void addPacks(Path file, Map<String, Share> encodings) throws SQLException {
    try (Connection day = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement select = day.createStatement();
        ResultSet packs = select.executeQuery("SELECT bytes FROM packs")) {
      while (packs.next()) {
        for (PackForms.Part part : PackForms.of(packs.getBytes(1))) {
          Share share = new Share(part.samples(), part.bytes());
          encodings.merge(part.encoding(), share, Share::plus);
        }
      }
    }
  }
}
