package io.vllmmonitor.persistence.exchange;

import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.store.StoredRecord;
import io.vllmmonitor.persistence.disk.Hashes;
import io.vllmmonitor.persistence.memory.StoredMemory;
import java.io.IOException;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The content of an archive that an export made. */
final class ArchiveContent implements ImportContent {
  private final ArchiveDirectory archive;
  private final ExchangeProgress progress;

  ArchiveContent(ArchiveDirectory archive, ExchangeProgress progress) {
    this.archive = archive;
    this.progress = progress;
  }

  @Override
  public String source() {
    return "archive";
  }

  @Override
  public List<String> notes() {
    return List.of();
  }

  @Override
  public void verify() {
    archive.compareHashes(progress);
    Set<String> ids = new HashSet<>();
    for (ArchiveFile file : archive.manifest().files()) {
      progress.step("verifying " + file.path());
      if (file.kind().isPresent()) {
        ids.clear();
        verifyRecords(file, ids);
      } else if (file.day().isPresent()) {
        verifySamples(file);
      } else {
        blob(file.blob().orElseThrow());
      }
    }
  }

  private void verifyRecords(ArchiveFile file, Set<String> ids) {
    try (RecordRows rows = new RecordRows(archive, List.of(file))) {
      while (rows.hasNext()) {
        StoredRecord row = rows.next();
        if (!ids.add(row.id())) {
          throw ArchiveErrors.invalid(
              file.path() + " has the id " + ArchiveErrors.show(row.id()) + " twice",
              "every row once");
        }
        if (LocalRecords.isLocal(row)) {
          throw ArchiveErrors.invalid(
              file.path() + " has the row " + ArchiveErrors.show(row.id()),
              "no row that belongs to one installation");
        }
        requireEntity(file, row);
        progress.handled(1);
      }
    }
  }

  /** A row that is not its entity would spoil every page it is on. */
  private static void requireEntity(ArchiveFile file, StoredRecord row) {
    try {
      StoredMemory.check(row);
    } catch (MonitorException e) {
      throw ArchiveErrors.invalid(
          file.path() + ": " + ArchiveErrors.show(e.getMessage()),
          "rows that hold their entities",
          e);
    }
  }

  private void verifySamples(ArchiveFile file) {
    try (SampleRows rows = new SampleRows(archive, List.of(file))) {
      while (rows.hasNext()) {
        progress.handled(rows.next().size());
      }
    }
  }

  @Override
  public Rows<StoredRecord> records() {
    return new RecordRows(
        archive,
        archive.manifest().files().stream().filter(file -> file.kind().isPresent()).toList());
  }

  @Override
  public Rows<SeriesData> samples() {
    return new SampleRows(
        archive,
        archive.manifest().files().stream()
            .filter(file -> file.day().isPresent())
            .sorted(Comparator.comparing(file -> file.day().orElseThrow()))
            .toList());
  }

  @Override
  public List<String> blobs() {
    return archive.manifest().files().stream().flatMap(file -> file.blob().stream()).toList();
  }

  @Override
  public byte[] blob(String hash) {
    ArchiveFile file =
        archive.manifest().files().stream()
            .filter(candidate -> candidate.blob().filter(hash::equals).isPresent())
            .findFirst()
            .orElseThrow(() -> ArchiveErrors.invalid("blob " + hash + " is missing", "it"));
    int most = archive.limits().blobBytes();
    try {
      byte[] bytes = archive.small(file, most);
      if (bytes == null) {
        throw ArchiveErrors.tooLarge(file.path() + " has more than " + most + " bytes", most + "");
      }
      if (!Hashes.sha256(bytes).equals(hash) || file.rows() != 1) {
        throw ArchiveErrors.differs(file.path() + " does not hold what its name says");
      }
      return bytes;
    } catch (IOException e) {
      throw ArchiveErrors.invalid(
          file.path() + " is malformed: " + ArchiveErrors.show(String.valueOf(e.getMessage())),
          "what an export writes",
          e);
    }
  }
}
