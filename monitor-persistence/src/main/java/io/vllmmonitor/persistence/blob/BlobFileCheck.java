package io.vllmmonitor.persistence.blob;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.persistence.json.JsonFailures;
import io.vllmmonitor.persistence.json.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Compares every file of a folder of blobs with its hash. Called by verification; blobs may be put
 * meanwhile. Changes nothing.
 */
public final class BlobFileCheck {
  /** Told what is there, file by file. */
  public interface Findings {
    /** Before each file; the work ends when this throws. */
    void begin(Path file);

    /** A file is not what was written. */
    void found(Path file, String what);

    /** Worth knowing, and no damage. */
    void note(Path file, String what);
  }

  private final Path folder;

  /**
   * @param folder such as {@code blobs} in the data directory; none is as good as an empty one
   */
  public BlobFileCheck(Path folder) {
    this.folder = requireNonNull(folder, "folder");
  }

  /** Whether there is a file for a hash. */
  public boolean has(String hash) {
    return JsonBlobStore.isHash(hash)
        && (Files.exists(folder.resolve(hash))
            || Files.exists(folder.resolve(JsonBlobStore.compressedName(hash))));
  }

  /**
   * Reads them all.
   *
   * @throws MonitorException STORE_IO when the folder cannot be listed or a file cannot be read
   */
  public BlobRows.Counts check(Findings findings) {
    if (!Files.isDirectory(folder)) {
      return new BlobRows.Counts(0, 0);
    }
    long blobs = 0;
    long bytes = 0;
    for (Path file : list()) {
      String name = file.getFileName().toString();
      Optional<String> hash = JsonBlobStore.hashOf(name);
      if (hash.isPresent()) {
        findings.begin(file);
        Optional<byte[]> stored = read(file);
        if (stored.isPresent()) {
          blobs++;
          bytes += stored.get().length;
          if (BlobBytes.restore(hash.get(), stored.get()).isEmpty()) {
            findings.found(file, "does not match its hash");
          }
        }
      } else if (name.endsWith(WholeFile.UNFINISHED)) {
        findings.note(file, "is being made, or was cut off; the next start takes it away");
      } else {
        findings.note(file, "is no blob and is left alone");
      }
    }
    return new BlobRows.Counts(blobs, bytes);
  }

  private List<Path> list() {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    } catch (IOException e) {
      throw JsonFailures.translate(folder, "listed", e);
    }
  }

  /** Empty when it went meanwhile, as the other form of a blob that was put again. */
  private static Optional<byte[]> read(Path file) {
    try {
      return Optional.of(Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw JsonFailures.translate(file, "read", e);
    }
  }
}
