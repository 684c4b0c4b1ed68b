package io.vllmmonitor.persistence.exchange;

import java.io.Closeable;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * The rows of some files of an archive, one after the other. What is malformed becomes
 * ARCHIVE_INVALID with its place; a number of rows that is not the manifest's as well.
 *
 * @param <T> a row
 */
abstract class FileRows<T> implements ImportContent.Rows<T> {
  private final Iterator<ArchiveFile> files;
  private @Nullable ArchiveFile file;
  private @Nullable Source<T> source;
  private @Nullable T next;
  private long rows;

  /** One open file. */
  interface Source<T> extends Closeable {
    /** The next row; null at the end. */
    @Nullable T read() throws IOException;

    /** Where it stands, such as {@code line 7}. */
    String place();
  }

  FileRows(List<ArchiveFile> files) {
    this.files = files.iterator();
  }

  abstract Source<T> open(ArchiveFile opened) throws IOException;

  /** How many rows of the manifest one row is. */
  abstract long count(T row);

  @Override
  public final boolean hasNext() {
    while (next == null && advance()) {
      next = read();
    }
    return next != null;
  }

  @Override
  public final T next() {
    if (!hasNext() || next == null) {
      throw new NoSuchElementException();
    }
    T row = next;
    next = null;
    return row;
  }

  /** Makes sure that a file is open; false when all are read. */
  private boolean advance() {
    if (source != null) {
      return true;
    }
    if (!files.hasNext()) {
      return false;
    }
    ArchiveFile following = files.next();
    file = following;
    rows = 0;
    try {
      source = open(following);
      return true;
    } catch (IOException e) {
      throw malformed(following, "its beginning", e);
    }
  }

  private @Nullable T read() {
    ArchiveFile current = file;
    Source<T> open = source;
    if (current == null || open == null) {
      return null;
    }
    try {
      T row = open.read();
      if (row == null) {
        open.close();
        source = null;
        requireRows(current);
        return null;
      }
      rows += count(row);
      return row;
    } catch (IOException e) {
      throw malformed(current, open.place(), e);
    }
  }

  private void requireRows(ArchiveFile current) {
    if (rows != current.rows()) {
      throw ArchiveErrors.invalid(
          current.path() + " has " + rows + " rows", current.rows() + ", as its manifest says");
    }
  }

  private static RuntimeException malformed(ArchiveFile file, String place, IOException cause) {
    return ArchiveErrors.invalid(
        file.path()
            + ", "
            + place
            + ", is malformed: "
            + ArchiveErrors.show(String.valueOf(cause.getMessage())),
        "what an export writes",
        cause);
  }

  @Override
  public final void close() {
    Source<T> open = source;
    ArchiveFile current = file;
    source = null;
    if (open != null && current != null) {
      try {
        open.close();
      } catch (IOException e) {
        throw malformed(current, "its end", e);
      }
    }
  }
}
