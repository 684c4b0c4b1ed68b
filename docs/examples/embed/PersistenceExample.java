import io.vllmmonitor.api.lifecycle.StateCheckpoint;
import io.vllmmonitor.api.mitigation.MitigationAttempt;
import io.vllmmonitor.api.sample.MetricType;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.store.StorageBackend;
import io.vllmmonitor.api.target.TargetMode;
import io.vllmmonitor.embed.VllmMonitor;
import io.vllmmonitor.persistence.config.PersistenceConfig;
import io.vllmmonitor.persistence.engine.StoreStatistics;
import io.vllmmonitor.persistence.exchange.ExportReport;
import io.vllmmonitor.persistence.exchange.ImportReport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * All of persistence inside a program: it watches a server, ends, comes back with everything it
 * knew, answers questions about the past, exports it, and imports it elsewhere.
 *
 * <p>Run it from the unzipped distribution:
 *
 * <pre>java -cp 'lib/*' docs/examples/embed/PersistenceExample.java http://127.0.0.1:8000 30</pre>
 */
public final class PersistenceExample {
  private PersistenceExample() {}

  /**
   * @param arguments the server; then for how many seconds it is watched, 10 unless told; then the
   *     folder for all data, a temporary one unless told
   */
  public static void main(String[] arguments) throws Exception {
    if (arguments.length < 1) {
      System.err.println("usage: PersistenceExample SERVER [SECONDS] [FOLDER]");
      System.exit(2);
    }
    String server = arguments[0];
    Duration length = Duration.ofSeconds(arguments.length > 1 ? Long.parseLong(arguments[1]) : 10);
    Path folder =
        arguments.length > 2 ? Path.of(arguments[2]) : Files.createTempDirectory("persistence-");

    watch(server, length, folder);
    Path export = askAndExport(server, folder);
    importElsewhere(server, folder, export);
  }

  /** Where and how everything is remembered; what is not said has a default. */
  private static PersistenceConfig persistence(Path directory) {
    return PersistenceConfig.builder(directory)
        .backend(StorageBackend.HYBRID)
        .metricsRetentionDays(30)
        .checkpointRetentionDays(90)
        .predictionRetentionDays(60)
        .batchSize(1_000)
        .flushIntervalSeconds(60)
        .build();
  }

  private static VllmMonitor start(String server, Path directory) {
    return VllmMonitor.builder()
        .persistence(persistence(directory))
        .target(server, TargetMode.ADVISE, Duration.ofSeconds(1))
        .start();
  }

  private static void watch(String server, Duration length, Path folder) throws Exception {
    try (VllmMonitor monitor = start(server, folder.resolve("data"))) {
      System.out.println("Watching " + server + " for " + length.toSeconds() + " s");
      System.out.println("Its status meanwhile: " + monitor.url() + "/api/v1/status");
      Thread.sleep(length.toMillis());
    } // closing flushes and ends everything
  }

  private static Path askAndExport(String server, Path folder) throws Exception {
    try (VllmMonitor monitor = start(server, folder.resolve("data"))) {
      System.out.println("Came back: " + monitor.restoreReport().items().size() + " things");
      showMetrics(monitor);
      showCheckpoints(monitor);
      showMitigations(monitor);
      showStatistics(monitor);

      Path export = folder.resolve("export");
      ExportReport report = monitor.exportMonitoringData(export);
      System.out.println("Exported " + report.samples() + " samples into " + export);
      return export;
    }
  }

  private static void showMetrics(VllmMonitor monitor) {
    List<SeriesData> series = monitor.getHistoricalMetrics(MetricType.PERFORMANCE, 24.0);
    long samples = series.stream().mapToLong(SeriesData::size).sum();
    System.out.println(
        "Performance metrics of 24 hours: " + series.size() + " series, " + samples + " samples");
    series.stream()
        .limit(3)
        .forEach(
            data ->
                System.out.println(
                    "  " + data.series() + " was last " + data.value(data.size() - 1)));
  }

  private static void showCheckpoints(VllmMonitor monitor) {
    List<StateCheckpoint> checkpoints = monitor.getCheckpoints(null, null, null, 100);
    System.out.println("Checkpoints: " + checkpoints.size());
    for (StateCheckpoint checkpoint : checkpoints) {
      System.out.println(
          "  " + checkpoint.at() + " " + checkpoint.target() + " " + checkpoint.state());
    }
  }

  private static void showMitigations(VllmMonitor monitor) {
    List<MitigationAttempt> attempts = monitor.getMitigationHistory(null, null);
    System.out.println("Mitigation attempts: " + attempts.size());
    for (MitigationAttempt attempt : attempts) {
      System.out.println(
          "  " + attempt.plannedAt() + " " + attempt.strategy() + " " + attempt.status());
    }
  }

  private static void showStatistics(VllmMonitor monitor) {
    StoreStatistics statistics = monitor.getStatistics();
    System.out.println(
        "Stored: "
            + statistics.series().samples()
            + " samples in "
            + statistics.series().bytes()
            + " bytes, records in "
            + statistics.recordBytes()
            + " bytes");
    statistics.records().entrySet().stream()
        .filter(rows -> rows.getValue() > 0)
        .sorted(Map.Entry.comparingByKey())
        .forEach(rows -> System.out.println("  " + rows.getKey().table() + " " + rows.getValue()));
  }

  private static void importElsewhere(String server, Path folder, Path export) {
    try (VllmMonitor other = start(server, folder.resolve("other"))) {
      ImportReport report = other.importMonitoringData(export, true);
      for (ImportReport.Part part : report.parts()) {
        System.out.println(
            "Imported " + part.name() + ": " + part.added() + " of " + part.read() + " are new");
      }
      System.out.println("Done, everything is in " + folder);
    }
  }
}
