package io.vllmmonitor.persistence.record;

import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.StoredRecord;
import io.vllmmonitor.persistence.exchange.RecordText;
import io.vllmmonitor.persistence.json.CheckedLine;
import io.vllmmonitor.persistence.json.GrowingFile;
import io.vllmmonitor.persistence.json.LineReader;
import io.vllmmonitor.persistence.json.WholeFile;
import io.vllmmonitor.persistence.record.RecordManifest.KindFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of the records as they are written: the journal grows by a line per transaction; a
 * compaction writes the rows of each changed kind into a new file, begins a new journal, and
 * commits both by replacing the manifest. Used under the lock of writers.
 */
final class RecordFolder implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(RecordFolder.class);

  private final Path folder;
  private final boolean compress;
  private RecordManifest manifest;
  private @Nullable GrowingFile journal;
  private boolean doubtful;

  /**
   * @param manifest what was loaded
   */
  RecordFolder(Path folder, boolean compress, RecordManifest manifest) {
    this.folder = folder;
    this.compress = compress;
    this.manifest = manifest;
  }

  /**
   * Goes on with the journal of the manifest.
   *
   * @param end of its good lines
   */
  void openJournal(long end) throws IOException {
    journal = GrowingFile.open(journalPath(manifest.generation()), end);
  }

  private Path journalPath(long generation) {
    return folder.resolve(RecordManifest.journal(generation));
  }

  Path journalPath() {
    return journalPath(manifest.generation());
  }

  long journalBytes() {
    GrowingFile open = journal;
    return open == null ? 0 : open.length();
  }

  /** The size of the files of the manifest. */
  long fileBytes() throws IOException {
    long bytes = 0;
    for (KindFile file : manifest.files().values()) {
      bytes += Files.size(folder.resolve(file.name()));
    }
    return bytes;
  }

  void append(byte[] line) throws IOException {
    refuseDoubts();
    GrowingFile open = journal;
    if (open == null) {
      throw new IOException("the journal is not open");
    }
    open.append(List.of(line), true);
  }

  /**
   * Writes rows into new files; what they hold is committed when it returns.
   *
   * @param tables all rows
   * @param changed kinds that need a new file; the others keep theirs
   * @param number of the last transaction in the tables
   */
  void compact(Map<RecordKind, KindRows> tables, Set<RecordKind> changed, long number)
      throws IOException {
    refuseDoubts();
    long generation = manifest.generation() + 1;
    Map<RecordKind, KindFile> files = new EnumMap<>(RecordKind.class);
    files.putAll(manifest.files());
    GrowingFile next = null;
    boolean done = false;
    try {
      for (RecordKind kind : changed) {
        files.remove(kind);
        KindRows rows = tables.get(kind);
        if (rows != null && rows.size() > 0) {
          files.put(kind, write(kind, rows, generation));
        }
      }
      next = GrowingFile.open(journalPath(generation), 0);
      commit(new RecordManifest(generation, number, files));
      done = true;
    } finally {
      if (!done) {
        close(next);
        deleteStale();
      }
    }
    close(journal);
    journal = next;
    deleteStale();
  }

  private KindFile write(RecordKind kind, KindRows rows, long generation) throws IOException {
    String name =
        kind.table() + "." + generation + ".jsonl" + (compress ? LineReader.COMPRESSED : "");
    WholeFile.write(
        folder.resolve(name),
        compress,
        out -> {
          for (StoredRecord row : rows.all()) {
            out.write(CheckedLine.of(json -> RecordText.write(row, json)));
          }
        });
    return new KindFile(name, rows.size());
  }

  /** The one step that counts. */
  private void commit(RecordManifest next) throws IOException {
    Path file = folder.resolve(RecordManifest.NAME);
    byte[] bytes = next.toBytes();
    boolean done = false;
    try {
      WholeFile.write(file, false, out -> out.write(bytes));
      done = true;
    } finally {
      if (!done && isThere(file, bytes)) {
        doubtful = true; // renamed, but perhaps not on the disk
      }
    }
    manifest = next;
  }

  private static boolean isThere(Path file, byte[] bytes) {
    try {
      return Arrays.equals(bytes, Files.readAllBytes(file));
    } catch (IOException e) {
      return true; // nobody knows, so it may be
    }
  }

  private void refuseDoubts() throws IOException {
    if (doubtful) {
      throw new IOException(
          "the disk failed while the manifest was replaced, so that only opening the store again "
              + "can tell which of two states it is in");
    }
  }

  /** Takes away files of ours that the manifest does not name; what fails is tried next time. */
  void deleteStale() {
    if (doubtful) {
      return;
    }
    Set<String> named = new HashSet<>();
    named.add(RecordManifest.journal(manifest.generation()));
    manifest.files().values().forEach(file -> named.add(file.name()));
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        boolean stale = RecordLoader.OURS.matcher(name).matches() && !named.contains(name);
        if (stale || name.endsWith(WholeFile.UNFINISHED)) {
          Files.delete(file);
        }
      }
    } catch (IOException e) {
      LOG.warn("Old files in {} stay for now", folder, e);
    }
  }

  private static void close(@Nullable GrowingFile file) {
    try {
      if (file != null) {
        file.close();
      }
    } catch (IOException e) {
      LOG.warn("Could not close {}", file.path(), e);
    }
  }

  @Override
  public void close() {
    close(journal);
    journal = null;
  }
}
