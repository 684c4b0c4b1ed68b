package io.vllmmonitor.persistence.verify;

import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.persistence.blob.BlobFileCheck;
import io.vllmmonitor.persistence.blob.BlobRows;
import io.vllmmonitor.persistence.series.JsonDayCheck;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The files of the JSON back end of a directory. Records, and each day of samples, are read while
 * their files stay, so that maintenance gets its turn in between. Used once.
 */
final class JsonContent {
  /** Where the records lie. */
  static final String RECORDS = "records";

  private static final String BLOBS = "blobs";

  private final StoreFolder folder;
  private final Usage usage;
  private final Tally tally;

  JsonContent(StoreFolder folder, Usage usage) {
    this.folder = folder;
    this.usage = usage;
    this.tally = folder.tally();
  }

  /**
   * @throws MonitorException STORE_NEWER when a later program wrote the records; STORE_IO when the
   *     directory cannot be read; what the watch throws
   */
  void check() {
    Path records = folder.path().resolve(RECORDS);
    JsonRecordPart part = new JsonRecordPart(folder);
    BlobFileCheck blobs = new BlobFileCheck(folder.path().resolve(BLOBS));
    if (Files.isDirectory(records)) {
      usage.whileFilesStay(() -> part.check(records, blobs::has));
    } else {
      tally.found(Tally.RECORDS, RECORDS, "is not there");
    }
    BlobRows.Counts counts = blobs.check(part);
    tally.checked(Tally.RECORDS, "blobs", counts.blobs());
    tally.checked(Tally.RECORDS, "blob bytes", counts.bytes());
    Path metrics = folder.path().resolve(StoreFolder.METRICS);
    if (Files.isDirectory(metrics)) {
      checkSamples(metrics);
    }
  }

  private void checkSamples(Path metrics) {
    StoreFolder.list(metrics).forEach(folder::noteSetAside);
    JsonDayCheck days = new JsonDayCheck(metrics, new SampleFindings(folder));
    for (long day : days.days()) {
      usage.whileFilesStay(() -> checkDay(days, day));
    }
  }

  private void checkDay(JsonDayCheck days, long day) {
    JsonDayCheck.Counts counts = days.check(day);
    tally.checked(Tally.SAMPLES, "batches", counts.batches());
    tally.checked(Tally.SAMPLES, "sealed lines", counts.sealedLines());
    tally.checked(Tally.SAMPLES, "samples", counts.samples());
  }

  /** What is found in files of samples. */
  private record SampleFindings(StoreFolder folder) implements JsonDayCheck.Findings {
    @Override
    public void begin(Path file) {
      folder.tally().begin(Tally.SAMPLES, folder.name(file), StoreFolder.bytesOf(file));
    }

    @Override
    public void look() {
      folder.tally().look();
    }

    @Override
    public void found(Path file, String what) {
      folder.tally().found(Tally.SAMPLES, folder.name(file), what);
    }

    @Override
    public void failed(Path file, MonitorException failure) {
      folder.failed(Tally.SAMPLES, file, failure);
    }

    @Override
    public void note(Path file, String what) {
      folder.tally().note(folder.name(file) + " " + what);
    }
  }
}
