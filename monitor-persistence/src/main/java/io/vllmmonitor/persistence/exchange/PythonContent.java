package io.vllmmonitor.persistence.exchange;

import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.store.StoredRecord;
import io.vllmmonitor.persistence.foreign.PythonDirectory;
import io.vllmmonitor.persistence.memory.StoredMemory;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** The content of a data directory of the earlier Python package. */
final class PythonContent implements ImportContent, AutoCloseable {
  private final PythonDirectory directory;
  private final ExchangeProgress progress;
  private final Map<String, byte[]> blobs;
  private List<String> notes = List.of();

  PythonContent(Path path, ExchangeProgress progress) {
    this.directory = PythonDirectory.open(path);
    this.blobs = directory.blobs();
    this.progress = progress;
  }

  @Override
  public String source() {
    return "python";
  }

  @Override
  public void verify() {
    progress.step("verifying the Python directory");
    directory.look();
    directory.samples().forEachRemaining(data -> progress.handled(data.size()));
    directory
        .records()
        .forEachRemaining(
            row -> {
              StoredMemory.check(row);
              progress.handled(1);
            });
    notes = directory.notes();
  }

  @Override
  public Rows<StoredRecord> records() {
    return new Plain<>(directory.records());
  }

  @Override
  public Rows<SeriesData> samples() {
    return new Plain<>(directory.samples());
  }

  @Override
  public List<String> blobs() {
    return List.copyOf(blobs.keySet());
  }

  @Override
  public byte[] blob(String hash) {
    byte[] bytes = blobs.get(hash);
    if (bytes == null) {
      throw new IllegalArgumentException("There is no blob " + hash);
    }
    return bytes;
  }

  @Override
  public List<String> notes() {
    return notes;
  }

  @Override
  public void close() {
    directory.close();
  }

  /** What needs no closing. */
  private record Plain<T>(Iterator<T> rows) implements Rows<T> {
    @Override
    public boolean hasNext() {
      return rows.hasNext();
    }

    @Override
    public T next() {
      return rows.next();
    }

    @Override
    public void close() {}
  }
}
