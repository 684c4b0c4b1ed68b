package io.vllmmonitor.persistence.exchange;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.history.Problem;
import io.vllmmonitor.persistence.foreign.PythonDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * Brings an archive, or the data directory of the earlier Python package, into a store. Everything
 * of it is verified before anything is changed. Used by one thread at a time; an import blocks its
 * caller.
 *
 * <p>A merge is idempotent and commutative; one that was interrupted is mended by running it again.
 * A replacement is all or nothing, through any crash: it is copied into the data directory first,
 * and finished at the next start when it was interrupted after that.
 */
public final class Importer {
  private final ExchangeStores stores;
  private final Path dataDirectory;
  private final InstantSource clock;
  private final ImportJournal journal;
  private final ArchiveLimits limits = ArchiveLimits.standard();

  /**
   * @param dataDirectory of the stores; the journal of imports is kept there
   * @param clock dates problems
   */
  public Importer(ExchangeStores stores, Path dataDirectory, InstantSource clock) {
    this.stores = requireNonNull(stores, "stores");
    this.dataDirectory = requireNonNull(dataDirectory, "dataDirectory");
    this.clock = requireNonNull(clock, "clock");
    this.journal = new ImportJournal(dataDirectory);
  }

  /**
   * Called once after the stores were opened, before they are used: finishes a replacement that was
   * interrupted, and tells of a merge that was.
   *
   * @return what was found, for the list of problems
   */
  public Optional<Problem> recover(ExchangeProgress progress) {
    return journal
        .unfinished()
        .map(
            found -> {
              if (found.mode() == ImportMode.MERGE) {
                return problem(
                    "The import of "
                        + found.directory()
                        + " was interrupted; what came so far is there. Run it again, which is"
                        + " harmless: vllm-monitor import "
                        + found.directory()
                        + " --merge");
              }
              finishReplacement(progress, new Tally());
              return problem(
                  "The replacement by "
                      + found.directory()
                      + " was interrupted; this start has finished it from its copy");
            });
  }

  private Problem problem(String message) {
    Instant now = clock.instant();
    return new Problem(
        ErrorCode.IMPORT_REFUSED, Blame.OPERATOR, "import.json", message, 1, now, now);
  }

  /**
   * @throws MonitorException ARCHIVE_INVALID, ARCHIVE_HASH_DIFFERS, ARCHIVE_TOO_LARGE,
   *     ARCHIVE_NEWER, IMPORT_REFUSED, all before anything was changed; STORE_IO, STORE_FULL,
   *     SHUTTING_DOWN, which may leave part of a merge
   */
  public ImportReport run(ImportOptions options, ExchangeProgress progress) {
    Path directory = real(options.directory());
    ExchangePaths.requireApart(dataDirectory, directory);
    refuseAfterUnfinishedReplacement();
    if (ArchiveDirectory.isArchive(directory)) {
      ArchiveDirectory archive = ArchiveDirectory.open(directory, limits);
      ArchiveContent content = new ArchiveContent(archive, progress);
      content.verify();
      requireTrust(options, content);
      return options.mode() == ImportMode.MERGE
          ? merge(options, content, progress)
          : replace(options, archive, content, progress);
    }
    if (PythonDirectory.isOne(directory)) {
      return importPython(options, directory, progress);
    }
    throw ArchiveErrors.refused(
        directory
            + " is neither an export (it has no "
            + Manifest.NAME
            + ") nor a directory of the"
            + " earlier Python package (it has no such monitor.db)",
        "Name the directory that 'vllm-monitor export' made");
  }

  private static Path real(Path directory) {
    try {
      return directory.toRealPath();
    } catch (IOException e) {
      throw ArchiveErrors.refused(
          "The directory " + directory + " cannot be read, " + e, "Name one that is there");
    }
  }

  private void refuseAfterUnfinishedReplacement() {
    journal
        .unfinished()
        .filter(found -> found.mode() == ImportMode.REPLACE)
        .ifPresent(
            found -> {
              throw ArchiveErrors.refused(
                  "The replacement by " + found.directory() + " has not ended yet",
                  "It is finished at the next start; import after that");
            });
  }

  private void requireTrust(ImportOptions options, ImportContent content) {
    if (options.code() == CodeTrust.REFUSE) {
      new CodeGuard(stores.records()).requireNoNewCode(content);
    }
  }

  private ImportReport importPython(
      ImportOptions options, Path directory, ExchangeProgress progress) {
    if (options.mode() == ImportMode.REPLACE) {
      throw ArchiveErrors.refused(
          directory + " is a directory of the earlier Python package, which can only be merged",
          "Use --merge; for a fresh start, merge into a new --data directory");
    }
    try (PythonContent content = new PythonContent(directory, progress)) {
      content.verify();
      return merge(options, content, progress);
    }
  }

  private ImportReport merge(
      ImportOptions options, ImportContent content, ExchangeProgress progress) {
    Tally tally = new Tally();
    if (!options.dryRun()) {
      journal.begin(ImportMode.MERGE, options.directory());
    }
    // Records come last: what they name and what they were decided on is there before them.
    new SampleMerge(stores.series(), tally, options.dryRun(), progress).run(content);
    mergeBlobs(content, tally, options.dryRun(), progress);
    new RecordMerge(stores.records(), tally, options.dryRun(), progress).run(content);
    if (!options.dryRun()) {
      journal.end();
    }
    return report(options, content, tally, content.notes());
  }

  private void mergeBlobs(
      ImportContent content, Tally tally, boolean dryRun, ExchangeProgress progress) {
    progress.step("importing blobs");
    for (String hash : content.blobs()) {
      if (stores.blobs().contains(hash)) {
        tally.same(Tally.BLOBS, 1);
      } else {
        tally.added(Tally.BLOBS, 1);
        if (!dryRun) {
          stores.blobs().put(content.blob(hash));
        }
      }
      progress.handled(1);
    }
  }

  private ImportReport replace(
      ImportOptions options,
      ArchiveDirectory archive,
      ArchiveContent content,
      ExchangeProgress progress) {
    Replacement replacement = new Replacement(stores, progress);
    replacement.requirePossible();
    List<String> removed = replacement.whatGoes();
    Tally tally = new Tally();
    if (options.dryRun()) {
      replacement.count(content, tally);
    } else {
      journal.stage(archive, progress);
      journal.begin(ImportMode.REPLACE, options.directory());
      finishReplacement(progress, tally);
    }
    return report(options, content, tally, removed);
  }

  private void finishReplacement(ExchangeProgress progress, Tally tally) {
    ArchiveContent content =
        new ArchiveContent(ArchiveDirectory.open(journal.staged(), limits), progress);
    content.verify();
    Replacement replacement = new Replacement(stores, progress);
    replacement.removeSamples();
    new SampleMerge(stores.series(), tally, false, progress).run(content);
    mergeBlobs(content, tally, false, progress);
    replacement.replaceRecords(content, tally);
    journal.end();
  }

  private static ImportReport report(
      ImportOptions options, ImportContent content, Tally tally, List<String> notes) {
    return new ImportReport(
        options.directory(),
        content.source(),
        options.mode(),
        options.dryRun(),
        tally.parts(),
        tally.conflicts(),
        tally.rejected(),
        notes);
  }
}
