package io.vllmmonitor.persistence.json;

import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A file that grows line by line. What {@link #append} was given is on the disk when it returns;
 * after a failure the file is cut back, so that the lines of one call are there whole or not at
 * all. Used under the lock of its owner.
 */
public final class GrowingFile implements Closeable {
  private final Path path;
  private final RandomAccessFile file;
  private long length;
  private boolean doubtful; // there may be bytes behind the length

  private GrowingFile(Path path, RandomAccessFile file, long length) {
    this.path = path;
    this.file = file;
    this.length = length;
  }

  /**
   * Opens a file, or makes an empty one whose name is on the disk as well.
   *
   * @param length what lies behind it is cut off
   */
  public static GrowingFile open(Path path, long length) throws IOException {
    boolean isNew = Files.notExists(path);
    RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw");
    boolean done = false;
    try {
      GrowingFile growing = new GrowingFile(path, file, length);
      if (file.length() > length) {
        growing.cut();
      }
      if (isNew) {
        WholeFile.syncFolderOf(path);
      }
      done = true;
      return growing;
    } finally {
      if (!done) {
        file.close();
      }
    }
  }

  public Path path() {
    return path;
  }

  /** Bytes of all lines that were acknowledged. */
  public long length() {
    return length;
  }

  /**
   * Adds lines.
   *
   * @param wait until the disk has them; otherwise only the system has, which the death of the
   *     process does not harm
   * @throws IOException when it has not; then none of them is there
   */
  public void append(List<byte[]> lines, boolean wait) throws IOException {
    if (doubtful) {
      cut();
    }
    doubtful = true;
    boolean done = false;
    try {
      file.seek(length);
      long added = 0;
      for (byte[] line : lines) {
        file.write(line);
        added += line.length;
      }
      if (wait) {
        file.getFD().sync();
      }
      length += added;
      done = true;
      doubtful = false;
    } finally {
      if (!done) {
        cutAfterFailure();
      }
    }
  }

  /** If the disk refuses this too, the next call begins with it. */
  private void cutAfterFailure() {
    try {
      cut();
    } catch (IOException e) {
      doubtful = true;
    }
  }

  private void cut() throws IOException {
    file.setLength(length);
    file.getFD().sync();
    doubtful = false;
  }

  /** Takes all lines away. */
  public void clear() throws IOException {
    length = 0;
    doubtful = true;
    cut();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
