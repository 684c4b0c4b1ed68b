package io.vllmmonitor.persistence.exchange;

import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.StoredRecord;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The records of some files of an archive. */
final class RecordRows extends FileRows<StoredRecord> {
  private final ArchiveDirectory archive;

  RecordRows(ArchiveDirectory archive, List<ArchiveFile> files) {
    super(files);
    this.archive = archive;
  }

  @Override
  long count(StoredRecord row) {
    return 1;
  }

  @Override
  Source<StoredRecord> open(ArchiveFile file) throws IOException {
    RecordKind kind = file.kind().orElseThrow();
    ArchiveLines lines =
        new ArchiveLines(archive.content(file), file.path(), archive.limits().lineBytes());
    if (file.isCsv() && !RecordText.csvHeader(kind).equals(lines.next())) {
      lines.close();
      throw new IOException("its header is not " + RecordText.csvHeader(kind));
    }
    return new Lines(kind, lines, file.isCsv());
  }

  private record Lines(RecordKind kind, ArchiveLines lines, boolean csv)
      implements Source<StoredRecord> {
    @Override
    public @Nullable StoredRecord read() throws IOException {
      String line = csv ? lines.nextCsv() : lines.next();
      if (line == null) {
        return null;
      }
      return csv ? RecordText.parseCsv(kind, line) : RecordText.parseJson(kind, line);
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
