package io.vllmmonitor.persistence.sqlite;

import io.vllmmonitor.persistence.format.Checksum;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The number of the last acknowledged commit of a SQLite file, kept in a small file beside it,
 * outside SQLite. A damaged tail of the write-ahead log loses commits without any error; the mark
 * shows it at the next start.
 *
 * <p>It is a plain write after each commit, without fsync: it survives the death of the process;
 * after a power cut it may be older than the commits, which hides a loss but never invents one.
 * Used under the write lock of its file.
 */
final class HighWaterMark implements AutoCloseable {
  private static final int SIZE = 2 * Long.BYTES;

  private final Path path;
  // No channel: an interrupt of a thread would close it for all later commits.
  private @Nullable RandomAccessFile open;

  private HighWaterMark(Path path) {
    this.path = path;
  }

  /** Of {@code name.db} it is {@code name.mark}. */
  static HighWaterMark of(Path database) {
    return new HighWaterMark(pathOf(database));
  }

  static Path pathOf(Path database) {
    String name = database.getFileName().toString();
    String stem = name.endsWith(".db") ? name.substring(0, name.length() - 3) : name;
    return database.resolveSibling(stem + ".mark");
  }

  /**
   * Empty when none was ever written.
   *
   * @throws IOException when it cannot be read or its checksum is wrong
   */
  OptionalLong read() throws IOException {
    if (Files.notExists(path) || Files.size(path) == 0) {
      return OptionalLong.empty();
    }
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(path));
    if (bytes.remaining() != SIZE) {
      throw new IOException(path + " has " + bytes.remaining() + " bytes, expected " + SIZE);
    }
    long number = bytes.getLong();
    if (new Checksum().add(number).value() != bytes.getLong()) {
      throw new IOException(path + " does not match its checksum");
    }
    return OptionalLong.of(number);
  }

  void write(long number) throws IOException {
    RandomAccessFile file = open;
    if (file == null) {
      file = new RandomAccessFile(path.toFile(), "rw");
      open = file;
    }
    ByteBuffer bytes = ByteBuffer.allocate(SIZE);
    bytes.putLong(number).putLong(new Checksum().add(number).value());
    file.seek(0);
    file.write(bytes.array());
  }

  @Override
  public void close() throws IOException {
    RandomAccessFile file = open;
    open = null;
    if (file != null) {
      file.close();
    }
  }
}
