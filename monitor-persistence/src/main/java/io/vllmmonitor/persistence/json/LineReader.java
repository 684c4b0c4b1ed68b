package io.vllmmonitor.persistence.json;

import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The lines of a file, plain or compressed, in order. A damaged line is told by an exception, after
 * which the next one can be read. Takes no more memory than the longest line may have. Used by one
 * thread.
 */
public final class LineReader implements Closeable {
  /** How the names of compressed files end. */
  public static final String COMPRESSED = ".zst";

  /** What is told of a last line without line feed. */
  public static final String BREAKS_OFF = "breaks off";

  private static final int LARGEST_WINDOW_LOG = 23; // 8 MiB; the files are written with less

  private final InputStream in;
  private final byte[] buffer = new byte[1 << 16];
  private int at;
  private int end;
  private long number;
  private long position;
  private boolean over;

  private LineReader(InputStream in) {
    this.in = in;
  }

  /**
   * @param file inflated when its name ends with {@link #COMPRESSED}
   */
  public static LineReader open(Path file) throws IOException {
    InputStream bytes = Files.newInputStream(file);
    if (!file.getFileName().toString().endsWith(COMPRESSED)) {
      return new LineReader(bytes);
    }
    boolean done = false;
    try {
      LineReader reader =
          new LineReader(new ZstdInputStreamNoFinalizer(bytes).setLongMax(LARGEST_WINDOW_LOG));
      done = true;
      return reader;
    } finally {
      if (!done) {
        bytes.close();
      }
    }
  }

  /** Which line was read last, from 1. */
  public long number() {
    return number;
  }

  /** How many bytes of text were passed: after the line feed of the last line, if it has one. */
  public long position() {
    return position;
  }

  /**
   * The next line without its line feed; null at the end.
   *
   * @throws DamagedLineException when the line is too long or the end of the file is missing or
   *     cannot be inflated; the next call goes on behind it
   * @throws IOException when the disk fails
   */
  public byte @Nullable [] next() throws IOException {
    if (over) {
      return null;
    }
    ByteArrayOutputStream line = new ByteArrayOutputStream(256);
    boolean tooLong = false;
    while (true) {
      if (at == end && !fill(line.size() > 0 || tooLong)) {
        return null;
      }
      int start = at;
      while (at < end && buffer[at] != '\n') {
        at++;
      }
      position += (long) at - start;
      tooLong |= line.size() + at - start >= CheckedLine.MOST_BYTES;
      if (!tooLong) {
        line.write(buffer, start, at - start);
      }
      if (at < end) {
        at++;
        position++;
        number++;
        if (tooLong) {
          throw new DamagedLineException(
              "is longer than " + CheckedLine.MOST_BYTES + " bytes, which no line is");
        }
        return line.toByteArray();
      }
    }
  }

  private boolean fill(boolean within) throws IOException {
    at = 0;
    end = 0;
    try {
      end = Math.max(0, in.read(buffer, 0, buffer.length));
    } catch (ZstdIOException e) {
      over = true;
      number++;
      throw new DamagedLineException(
          "and all after it cannot be inflated (" + e.getMessage() + ")", e);
    }
    if (end > 0) {
      return true;
    }
    over = true;
    if (within) {
      number++;
      throw new DamagedLineException(BREAKS_OFF);
    }
    return false;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
