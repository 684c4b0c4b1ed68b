package io.vllmmonitor.persistence.exchange;

import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The samples of some files of an archive, in their canonical order, which is checked. */
final class SampleRows extends FileRows<SeriesData> {
  private final ArchiveDirectory archive;

  SampleRows(ArchiveDirectory archive, List<ArchiveFile> files) {
    super(files);
    this.archive = archive;
  }

  @Override
  long count(SeriesData row) {
    return row.size();
  }

  @Override
  Source<SeriesData> open(ArchiveFile file) throws IOException {
    InputStream content = archive.content(file);
    boolean done = false;
    try {
      Source<SeriesData> source = new Ordered(file.day().orElseThrow(), source(file, content));
      done = true;
      return source;
    } finally {
      if (!done) {
        content.close();
      }
    }
  }

  private Source<SeriesData> source(ArchiveFile file, InputStream content) throws IOException {
    int most = archive.limits().lineBytes();
    if (file.isChunks()) {
      DataInputStream in = new DataInputStream(content);
      SampleChunks.readHeader(in);
      return new Chunks(in, most);
    }
    ArchiveLines lines = new ArchiveLines(content, file.path(), most);
    if (!file.isCsv()) {
      return new Json(lines);
    }
    if (!SampleText.CSV_HEADER.equals(lines.next())) {
      throw new IOException("its header is not " + SampleText.CSV_HEADER);
    }
    return new CsvRuns(lines);
  }

  /** Refuses what an export would not have written so. */
  private static final class Ordered implements Source<SeriesData> {
    private final long day;
    private final Source<SeriesData> source;
    private long slice = Long.MIN_VALUE;
    private @Nullable SeriesKey before;

    Ordered(long day, Source<SeriesData> source) {
      this.day = day;
      this.source = source;
    }

    @Override
    public @Nullable SeriesData read() throws IOException {
      SeriesData data = source.read();
      if (data != null) {
        check(data);
      }
      return data;
    }

    private void check(SeriesData data) throws IOException {
      if (data.size() == 0) {
        throw new IOException("it has no samples");
      }
      long found = ArchiveTime.sliceOf(data.epochMillis(0));
      for (int i = 0; i < data.size(); i++) {
        long at = data.epochMillis(i);
        if (ArchiveTime.dayOf(at) != day || ArchiveTime.sliceOf(at) != found) {
          throw new IOException("a sample of " + at + " ms is not within its ten minutes");
        }
        if (i > 0 && at <= data.epochMillis(i - 1)) {
          throw new IOException("the times do not grow");
        }
      }
      boolean later = found > slice;
      if (!later && (found < slice || before == null || data.series().compareTo(before) <= 0)) {
        throw new IOException("it is out of order or there twice");
      }
      slice = found;
      before = data.series();
    }

    @Override
    public String place() {
      return source.place();
    }

    @Override
    public void close() throws IOException {
      source.close();
    }
  }

  private record Json(ArchiveLines lines) implements Source<SeriesData> {
    @Override
    public @Nullable SeriesData read() throws IOException {
      String line = lines.next();
      return line == null ? null : SampleText.parseJson(line);
    }

    @Override
    public String place() {
      return "line " + lines.number();
    }

    @Override
    public void close() throws IOException {
      lines.close();
    }
  }

  private static final class Chunks implements Source<SeriesData> {
    private final DataInputStream in;
    private final int most;
    private long number;

    Chunks(DataInputStream in, int most) {
      this.in = in;
      this.most = most;
    }

    @Override
    public @Nullable SeriesData read() throws IOException {
      number++;
      return SampleChunks.read(in, most);
    }

    @Override
    public String place() {
      return "chunk " + number;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }

  /** Puts rows of one series and ten minutes, which follow each other, together again. */
  private static final class CsvRuns implements Source<SeriesData> {
    private final ArchiveLines lines;
    private @Nullable SeriesData ahead;

    CsvRuns(ArchiveLines lines) {
      this.lines = lines;
    }

    @Override
    public @Nullable SeriesData read() throws IOException {
      SeriesData first = ahead == null ? row() : ahead;
      ahead = null;
      if (first == null) {
        return null;
      }
      long[] times = new long[16];
      double[] values = new double[16];
      int size = 0;
      SeriesData row = first;
      while (row != null && isSameRun(first, row)) {
        if (size == ArchiveTime.SLICE_MILLIS) {
          throw new IOException("it has more samples than there are milliseconds");
        }
        if (size == times.length) {
          times = Arrays.copyOf(times, size * 2);
          values = Arrays.copyOf(values, size * 2);
        }
        times[size] = row.epochMillis(0);
        values[size++] = row.value(0);
        row = row();
      }
      ahead = row;
      return new SeriesData(
          first.series(), Arrays.copyOf(times, size), Arrays.copyOf(values, size));
    }

    private @Nullable SeriesData row() throws IOException {
      String row = lines.nextCsv();
      return row == null ? null : SampleText.parseCsv(row);
    }

    private static boolean isSameRun(SeriesData first, SeriesData row) {
      return ArchiveTime.sliceOf(row.epochMillis(0)) == ArchiveTime.sliceOf(first.epochMillis(0))
          && row.series().equals(first.series());
    }

    @Override
    public String place() {
      return "line " + lines.number();
    }

    @Override
    public void close() throws IOException {
      lines.close();
    }
  }
}
