package io.vllmmonitor.persistence.blob;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.store.BlobStore;
import io.vllmmonitor.api.store.Capability;
import io.vllmmonitor.persistence.format.ZstdBytes;
import io.vllmmonitor.persistence.json.JsonFailures;
import io.vllmmonitor.persistence.json.LineReader;
import io.vllmmonitor.persistence.json.WholeFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Blobs as files of one folder, each named by its hash: as they are, or with the ending {@code
 * .zst} as one zstd frame where that is smaller. Both forms can be read whatever is written.
 * Thread-safe.
 */
public final class JsonBlobStore implements BlobStore {
  private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");

  private final Path folder;
  private final boolean compress;
  private volatile boolean closed;

  private JsonBlobStore(Path folder, boolean compress) {
    this.folder = requireNonNull(folder, "folder");
    this.compress = compress;
  }

  /**
   * Opens a folder, or makes it, and takes away what was never finished.
   *
   * @param compress whether blobs that are put from now on are compressed where that helps
   * @throws MonitorException STORE_FULL or STORE_IO
   */
  public static JsonBlobStore open(Path folder, boolean compress) {
    try {
      Files.createDirectories(folder);
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.toList()) {
          if (file.getFileName().toString().endsWith(WholeFile.UNFINISHED)) {
            Files.delete(file);
          }
        }
      }
      WholeFile.syncFolderOf(folder);
    } catch (IOException e) {
      throw JsonFailures.translate(folder, "opened", e);
    }
    return new JsonBlobStore(folder, compress);
  }

  @Override
  public Set<Capability> capabilities() {
    return Set.of(Capability.DURABLE);
  }

  /** {@inheritDoc} A blob that was damaged on the disk is mended by putting it again. */
  @Override
  public synchronized String put(byte[] bytes) {
    refuseWhenClosed();
    byte[] copy = bytes.clone();
    String hash = BlobBytes.sha256(copy);
    if (!isSound(hash)) {
      byte[] stored = compress ? ZstdBytes.smaller(copy).orElse(copy) : copy;
      if (stored.length < copy.length) {
        write(compressed(hash), plain(hash), stored);
      } else {
        write(plain(hash), compressed(hash), stored);
      }
    }
    return hash;
  }

  private boolean isSound(String hash) {
    if (!contains(hash)) {
      return false;
    }
    try {
      byte[] unused = get(hash);
      return true;
    } catch (MonitorException e) {
      if (e.code() != ErrorCode.STORE_DAMAGED && e.code() != ErrorCode.BLOB_NOT_FOUND) {
        throw e;
      }
      return false;
    }
  }

  private void write(Path file, Path otherForm, byte[] bytes) {
    try {
      WholeFile.write(file, false, out -> out.write(bytes)); // compressed already, or not at all
      Files.deleteIfExists(otherForm);
    } catch (IOException e) {
      throw JsonFailures.translate(file, "written", e);
    }
  }

  private Path plain(String hash) {
    return folder.resolve(hash);
  }

  private Path compressed(String hash) {
    return folder.resolve(compressedName(hash));
  }

  @Override
  public boolean contains(String hash) {
    refuseWhenClosed();
    return isHash(hash) && (Files.exists(plain(hash)) || Files.exists(compressed(hash)));
  }

  /** Whatever else a caller asks for must not become the name of a file. */
  static boolean isHash(String text) {
    return HASH.matcher(text).matches();
  }

  @Override
  public byte[] get(String hash) {
    refuseWhenClosed();
    if (!isHash(hash)) {
      throw BlobBytes.missing(hash);
    }
    boolean found = false;
    for (Path file : List.of(plain(hash), compressed(hash))) {
      Optional<byte[]> stored = read(file);
      found |= stored.isPresent();
      Optional<byte[]> bytes = stored.flatMap(some -> BlobBytes.restore(hash, some));
      if (bytes.isPresent()) {
        return bytes.get();
      }
    }
    throw found ? BlobBytes.damaged(hash, folder.toString()) : BlobBytes.missing(hash);
  }

  /** Empty when there is no such file. */
  private static Optional<byte[]> read(Path file) {
    try {
      return Optional.of(Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw JsonFailures.translate(file, "read", e);
    }
  }

  @Override
  public List<String> hashes() {
    refuseWhenClosed();
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .flatMap(file -> hashOf(file.getFileName().toString()).stream())
          .distinct()
          .sorted()
          .toList();
    } catch (IOException e) {
      throw JsonFailures.translate(folder, "listed", e);
    } catch (UncheckedIOException e) {
      throw JsonFailures.translate(folder, "listed", requireNonNull(e.getCause()));
    }
  }

  /** The name of the file of a blob that is compressed. */
  static String compressedName(String hash) {
    return hash + LineReader.COMPRESSED;
  }

  /** The hash that the name of a file stands for, in either form; empty for other files. */
  static Optional<String> hashOf(String name) {
    String stem =
        name.endsWith(LineReader.COMPRESSED)
            ? name.substring(0, name.length() - LineReader.COMPRESSED.length())
            : name;
    return isHash(stem) ? Optional.of(stem) : Optional.empty();
  }

  /**
   * The size of all blobs on the disk.
   *
   * @throws MonitorException STORE_IO
   */
  public long bytes() {
    return WholeFile.bytesIn(folder);
  }

  private void refuseWhenClosed() {
    if (closed) {
      throw JsonFailures.closed("blob store");
    }
  }

  @Override
  public void close() {
    closed = true;
  }
}
