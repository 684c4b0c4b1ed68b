package io.vllmmonitor.persistence.exchange;

import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.RecordReader;
import io.vllmmonitor.api.store.StoredRecord;
import io.vllmmonitor.persistence.disk.Disk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Fills a directory with an archive, in canonical order: the same content gives the same bytes.
 * Used once.
 */
final class ArchiveWriter {
  /** What is known rather than what happened; exported whole whatever the span. */
  private static final Set<RecordKind> TIMELESS =
      Set.of(
          RecordKind.PLUGINS,
          RecordKind.PLUGIN_STATES,
          RecordKind.HAPPY_PATHS,
          RecordKind.STATE_VERSIONS);

  private static final Pattern HASH = Pattern.compile("(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])");

  /** Far beyond any history, and safe to calculate with. */
  private static final long FARTHEST = 1L << 62;

  private final ExchangeStores stores;
  private final ExportOptions options;
  private final String productVersion;
  private final Path root;
  private final ExchangeProgress progress;
  private final List<ArchiveFile> files = new ArrayList<>();
  private final SortedMap<String, Long> records = new TreeMap<>();
  private final Set<String> named = new TreeSet<>();
  private Set<String> hashes = Set.of();
  private long samples;
  private @Nullable Instant samplesFrom;
  private @Nullable Instant samplesTo;

  ArchiveWriter(
      ExchangeStores stores,
      ExportOptions options,
      String productVersion,
      Path root,
      ExchangeProgress progress) {
    this.stores = stores;
    this.options = options;
    this.productVersion = productVersion;
    this.root = root;
    this.progress = progress;
  }

  ExportReport write() throws IOException {
    SliceReader slices = new SliceReader(stores.series());
    OptionalLong newest = unchecked(() -> stores.records().snapshot(reader -> cut(reader, slices)));
    if (newest.isPresent()) {
      writeSamples(slices, newest.getAsLong());
    }
    long leftOut = writeBlobs();
    files.sort(Comparator.comparing(ArchiveFile::path));
    requireWithinLimits();
    progress.step("writing the manifest");
    Manifest manifest = new Manifest(productVersion, options.from(), options.to(), files);
    Disk.write(root.resolve(Manifest.NAME), manifest.print());
    return new ExportReport(
        options.directory(),
        files.size(),
        files.stream().mapToLong(ArchiveFile::bytes).sum(),
        samples,
        samplesFrom,
        samplesTo,
        records,
        hashes.size() - leftOut,
        leftOut);
  }

  private interface Work<T> {
    T run();
  }

  private static <T> T unchecked(Work<T> work) throws IOException {
    try {
      return work.run();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private void requireWithinLimits() {
    int most = ArchiveLimits.standard().files();
    if (files.size() >= most) {
      throw ArchiveErrors.tooLarge((files.size() + 1) + " files", most + " files");
    }
  }

  /** Everything that belongs to one moment; answers the time of the newest sample. */
  private OptionalLong cut(RecordReader reader, SliceReader slices) {
    try {
      OptionalLong newest = slices.newest();
      // Blobs are stored before the records that name them, so these are all that can be named.
      hashes = new TreeSet<>(stores.blobs().hashes());
      for (RecordKind kind : LocalRecords.EXCHANGED) {
        progress.step("exporting " + kind.table());
        writeRecords(reader, kind);
      }
      return newest;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void writeRecords(RecordReader reader, RecordKind kind) throws IOException {
    boolean timeless = TIMELESS.contains(kind);
    RecordPages pages =
        new RecordPages(
            reader, kind, timeless ? null : options.from(), timeless ? null : options.to());
    String path =
        "records/" + kind.table() + "." + options.format().extensionOfRecords() + suffix(false);
    try (FileOnDemand file = new FileOnDemand(path)) {
      while (pages.hasNext()) {
        StoredRecord row = pages.next();
        if (LocalRecords.isLocal(row)) {
          continue;
        }
        noteHashes(row);
        boolean csv = options.format() == ArchiveFormat.CSV;
        ArchiveFileWriter out = file.open(csv ? RecordText.csvHeader(kind) : null);
        out.line(csv ? RecordText.csv(row) : RecordText.json(row), 1);
        progress.handled(1);
      }
      file.finish().ifPresent(done -> records.put(kind.table(), done.rows()));
    }
  }

  private void noteHashes(StoredRecord row) {
    row.columns().values().forEach(this::noteHashes);
    noteHashes(row.json());
  }

  private void noteHashes(String text) {
    Matcher matcher = HASH.matcher(text);
    while (matcher.find()) {
      if (hashes.contains(matcher.group())) {
        named.add(matcher.group());
      }
    }
  }

  private void writeSamples(SliceReader slices, long newest) throws IOException {
    Instant wantedFrom = options.from();
    Instant wantedTo = options.to();
    long from = wantedFrom == null ? -FARTHEST : wantedFrom.toEpochMilli();
    long to = Math.min(newest, wantedTo == null ? FARTHEST : wantedTo.toEpochMilli() - 1);
    for (long day : slices.days(from, to)) {
      progress.step("exporting the samples of " + LocalDate.ofEpochDay(day));
      long first = Math.max(from, day * ArchiveTime.DAY_MILLIS);
      long last = Math.min(to, (day + 1) * ArchiveTime.DAY_MILLIS - 1);
      writeDay(slices, day, first, last);
    }
  }

  private void writeDay(SliceReader slices, long day, long first, long last) throws IOException {
    String extension = options.format().extensionOfSamples();
    String path = "samples/" + LocalDate.ofEpochDay(day) + "." + extension + suffix(true);
    try (FileOnDemand file = new FileOnDemand(path)) {
      for (long slice = ArchiveTime.sliceOf(first); slice <= ArchiveTime.sliceOf(last); slice++) {
        long from = Math.max(first, slice * ArchiveTime.SLICE_MILLIS);
        long to = Math.min(last, (slice + 1) * ArchiveTime.SLICE_MILLIS - 1);
        for (SeriesData data : slices.read(from, to)) {
          writeSeries(file, data);
          progress.handled(data.size());
        }
      }
      file.finish().ifPresent(done -> samples += done.rows());
    }
  }

  private void writeSeries(FileOnDemand file, SeriesData data) throws IOException {
    switch (options.format()) {
      case JSONL -> file.open(null).line(SampleText.json(data), data.size());
      case CSV -> file.open(SampleText.CSV_HEADER).line(SampleText.csv(data), data.size());
      case CHUNKS -> file.openChunks().bytes(SampleChunks.chunk(data), data.size());
    }
    Instant first = Instant.ofEpochMilli(data.epochMillis(0));
    Instant last = Instant.ofEpochMilli(data.epochMillis(data.size() - 1));
    samplesFrom = samplesFrom == null || first.isBefore(samplesFrom) ? first : samplesFrom;
    samplesTo = samplesTo == null || last.isAfter(samplesTo) ? last : samplesTo;
  }

  /** Answers how many are left out, since no exported record names them. */
  private long writeBlobs() throws IOException {
    progress.step("exporting blobs");
    for (String hash : named) {
      byte[] bytes = stores.blobs().get(hash);
      if (bytes.length > ArchiveLimits.standard().blobBytes()) {
        throw ArchiveErrors.tooLarge(
            "blob " + hash + " has " + bytes.length + " bytes",
            ArchiveLimits.standard().blobBytes() + " bytes");
      }
      try (ArchiveFileWriter out = new ArchiveFileWriter(root, "blobs/" + hash + suffix(false))) {
        out.bytes(bytes, 1);
        files.add(out.finish());
      }
      progress.handled(1);
    }
    return (long) hashes.size() - named.size();
  }

  private String suffix(boolean ofSamples) {
    return switch (options.compression()) {
      case NONE -> "";
      case SAMPLES -> ofSamples ? ".zst" : "";
      case ALL -> ".zst";
    };
  }

  /** A file that is made with its first row: what is empty leaves no file. */
  private final class FileOnDemand implements AutoCloseable {
    private final String path;
    private @Nullable ArchiveFileWriter writer;

    FileOnDemand(String path) {
      this.path = path;
    }

    ArchiveFileWriter open(@Nullable String header) throws IOException {
      ArchiveFileWriter opened = writer;
      if (opened == null) {
        opened = new ArchiveFileWriter(root, path);
        writer = opened;
        if (header != null) {
          opened.line(header, 0);
        }
      }
      return opened;
    }

    ArchiveFileWriter openChunks() throws IOException {
      boolean fresh = writer == null;
      ArchiveFileWriter opened = open(null);
      if (fresh) {
        opened.bytes(SampleChunks.HEADER, 0);
      }
      return opened;
    }

    Optional<ArchiveFile> finish() throws IOException {
      if (writer == null) {
        return Optional.empty();
      }
      ArchiveFile file = writer.finish();
      files.add(file);
      return Optional.of(file);
    }

    @Override
    public void close() throws IOException {
      if (writer != null) {
        writer.close();
      }
    }
  }
}
