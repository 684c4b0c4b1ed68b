package io.vllmmonitor.persistence.json;

import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.persistence.disk.Disk;
import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.Map;

/**
 * Files that are written as a whole: beside it, synchronised, renamed, and the folder synchronised,
 * so that a power cut finds either the old one or the new one. Stateless.
 */
public final class WholeFile {
  /** How the names of files end that are not finished. */
  public static final String UNFINISHED = ".new";

  private static final int BUFFER = 1 << 16;

  private WholeFile() {}

  /** Writes the content of a file. */
  @FunctionalInterface
  public interface Content {
    void write(OutputStream out) throws IOException;
  }

  /**
   * Writes a file.
   *
   * @param compress whether the content becomes one zstd frame with a checksum
   * @throws IOException when the disk refused; then the old file is still there
   */
  public static void write(Path path, boolean compress, Content content) throws IOException {
    Path beside = path.resolveSibling(path.getFileName() + UNFINISHED);
    try {
      try (FileOutputStream file = new FileOutputStream(beside.toFile())) {
        OutputStream buffered = new BufferedOutputStream(new KeptOpen(file), BUFFER);
        try (OutputStream out = compress ? zstd(buffered) : buffered) {
          content.write(out);
        }
        file.getFD().sync();
      }
      Files.move(beside, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException | RuntimeException e) {
      deleteAfter(beside, e);
      throw e;
    }
    syncFolderOf(path);
  }

  private static void deleteAfter(Path unfinished, Exception failure) {
    try {
      Files.deleteIfExists(unfinished);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  private static OutputStream zstd(OutputStream out) throws IOException {
    return new ZstdOutputStreamNoFinalizer(out).setChecksum(true);
  }

  /** Brings the name of a file to the disk. */
  public static void syncFolderOf(Path path) throws IOException {
    Disk.sync(Disk.parent(path));
  }

  /**
   * The size of the files in a folder, those in folders below it left out.
   *
   * @throws MonitorException STORE_IO
   */
  public static long bytesIn(Path folder) {
    return sizesIn(folder).values().stream().mapToLong(Long::longValue).sum();
  }

  /** The same by the names of the files. */
  public static Map<String, Long> sizesIn(Path folder) {
    Map<String, Long> sizes = new HashMap<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        sizes.put(file.getFileName().toString(), sizeOf(file));
      }
    } catch (IOException e) {
      throw JsonFailures.translate(folder, "listed", e);
    } catch (DirectoryIteratorException e) {
      throw JsonFailures.translate(folder, "listed", new IOException(e));
    }
    return sizes;
  }

  private static long sizeOf(Path file) throws IOException {
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      return attributes.isRegularFile() ? attributes.size() : 0;
    } catch (NoSuchFileException e) {
      return 0; // it has just gone
    }
  }

  /** Its file is synchronised before it is closed. */
  private static final class KeptOpen extends FilterOutputStream {
    KeptOpen(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
    }

    @Override
    public void close() throws IOException {
      flush();
    }
  }
}
