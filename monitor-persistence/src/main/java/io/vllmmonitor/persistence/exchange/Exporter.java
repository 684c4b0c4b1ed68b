package io.vllmmonitor.persistence.exchange;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.persistence.disk.Disk;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the content of a store into a directory, while others write to the store. Thread-safe; an
 * export blocks its caller until it is on the disk.
 *
 * <p>The cut: records are read in one snapshot; samples go up to the newest one that was committed
 * at that moment, so everything a record was decided on is there. The directory appears at once and
 * whole: it is written beside its place, under the same name with {@code .exporting} at its end,
 * brought to the disk, and renamed. What an interrupted export left there is removed by the next
 * one to the same place.
 */
public final class Exporter {
  private static final Logger LOG = LoggerFactory.getLogger(Exporter.class);

  private final ExchangeStores stores;
  private final Path dataDirectory;
  private final String productVersion;

  /**
   * @param dataDirectory of the stores; exports go elsewhere
   * @param productVersion is noted in the manifest
   */
  public Exporter(ExchangeStores stores, Path dataDirectory, String productVersion) {
    this.stores = requireNonNull(stores, "stores");
    this.dataDirectory = requireNonNull(dataDirectory, "dataDirectory");
    this.productVersion = requireNonNull(productVersion, "productVersion");
  }

  /**
   * @throws MonitorException STORE_DIRECTORY_NOT_EMPTY or IMPORT_REFUSED for a directory that may
   *     not be used; STORE_IO when it cannot be written; ARCHIVE_TOO_LARGE when it could not be
   *     imported again; SHUTTING_DOWN when cancelled; what the stores throw. Then there is no
   *     export
   */
  public ExportReport export(ExportOptions options, ExchangeProgress progress) {
    Path directory = options.directory();
    ExchangePaths.requireApart(dataDirectory, directory);
    ExchangePaths.requireNewOrEmpty(directory);
    Path beside = directory.resolveSibling("." + directory.getFileName() + ".exporting");
    boolean done = false;
    try {
      Disk.delete(beside);
      Files.createDirectory(
          beside,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      ExportReport report =
          new ArchiveWriter(stores, options, productVersion, beside, progress).write();
      Disk.syncTree(beside);
      progress.step("naming the export");
      Files.move(beside, directory, StandardCopyOption.ATOMIC_MOVE);
      Disk.sync(Disk.parent(directory));
      done = true;
      return report;
    } catch (DirectoryNotEmptyException e) {
      throw new MonitorException(
          ErrorCode.STORE_DIRECTORY_NOT_EMPTY,
          Blame.OPERATOR,
          directory + " was filled by others meanwhile; export to another directory",
          e);
    } catch (AtomicMoveNotSupportedException e) {
      throw ArchiveErrors.io(directory, "named; it may not be a mount point", e);
    } catch (IOException e) {
      throw ArchiveErrors.io(directory, "written", e);
    } finally {
      if (!done) {
        removeUnfinished(beside);
      }
    }
  }

  /** The failure itself matters more than what is left; the next export removes that. */
  private static void removeUnfinished(Path beside) {
    try {
      Disk.delete(beside);
    } catch (IOException e) {
      LOG.warn("Could not remove the unfinished export {}", beside, e);
    }
  }
}
