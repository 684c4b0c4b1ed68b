package io.vllmmonitor.persistence.exchange;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.history.Problem;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Exports and imports of one data directory, each of them noted when it ends. What the daemon, the
 * command line and programs that embed the monitor call; one call at a time.
 */
public final class Exchange {
  private final Exporter exporter;
  private final Importer importer;
  private final Consumer<ExchangeNote> audit;

  /**
   * @param audit is told of every export and import when it ended, well or not, on the caller's
   *     thread
   */
  public Exchange(
      ExchangeStores stores,
      Path dataDirectory,
      String productVersion,
      InstantSource clock,
      Consumer<ExchangeNote> audit) {
    this.exporter = new Exporter(stores, dataDirectory, productVersion);
    this.importer = new Importer(stores, dataDirectory, clock);
    this.audit = requireNonNull(audit, "audit");
  }

  /** See {@link Importer#recover}. */
  public Optional<Problem> recover() {
    return importer.recover(new ExchangeProgress());
  }

  /** See {@link Exporter#export}. */
  public ExportReport export(ExportOptions options, ExchangeProgress progress) {
    String result = "failed";
    try {
      ExportReport report = exporter.export(options, progress);
      result = "done: " + report.samples() + " samples, " + report.files() + " files";
      return report;
    } catch (MonitorException e) {
      result = e.describe();
      throw e;
    } finally {
      audit.accept(new ExchangeNote("export", options.directory().toString(), result));
    }
  }

  /** See {@link Importer#run}. */
  public ImportReport importFrom(ImportOptions options, ExchangeProgress progress) {
    String result = "failed";
    try {
      ImportReport report = importer.run(options, progress);
      long added = report.parts().stream().mapToLong(ImportReport.Part::added).sum();
      result = "done: " + added + " added, " + report.differences() + " differences";
      return report;
    } catch (MonitorException e) {
      result = e.describe();
      throw e;
    } finally {
      String action = options.dryRun() ? "import dry-run" : "import";
      audit.accept(new ExchangeNote(action, options.directory().toString(), result));
    }
  }
}
