package io.vllmmonitor.persistence.exchange;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The lines of a file: strict UTF-8, each ended by a line feed, none longer than the limit. */
final class ArchiveLines implements Closeable {
  private final InputStream in;
  private final String path;
  private final int mostBytes;
  private final byte[] buffer = new byte[1 << 16];
  private int at;
  private int end;
  private long number;

  ArchiveLines(InputStream in, String path, int mostBytes) {
    this.in = in;
    this.path = path;
    this.mostBytes = mostBytes;
  }

  /** Which line was read last, from 1. */
  long number() {
    return number;
  }

  /** The next line without its line feed; null at the end. */
  @Nullable String next() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    while (true) {
      if (at == end && !fill()) {
        if (line.size() > 0) {
          throw new IOException("its last line is not ended");
        }
        return null;
      }
      int start = at;
      while (at < end && buffer[at] != '\n') {
        at++;
      }
      line.write(buffer, start, at - start);
      if (line.size() > mostBytes) {
        throw ArchiveErrors.tooLarge(
            "line " + (number + 1) + " of " + path + " has more than " + mostBytes + " bytes",
            mostBytes + " bytes");
      }
      if (at < end) {
        at++;
        number++;
        return text(line.toByteArray());
      }
    }
  }

  /** The next row of CSV, which may go over many lines; null at the end. */
  @Nullable String nextCsv() throws IOException {
    String first = next();
    if (first == null || !Csv.isOpen(first)) {
      return first;
    }
    StringBuilder row = new StringBuilder(first);
    while (true) {
      String more = next();
      if (more == null) {
        throw new IOException("a quote is not closed");
      }
      row.append('\n').append(more);
      if (row.length() > mostBytes) {
        throw ArchiveErrors.tooLarge(
            "a row of " + path + " has more than " + mostBytes + " bytes", mostBytes + " bytes");
      }
      if (Csv.isOpen(more)) {
        return row.toString();
      }
    }
  }

  private boolean fill() throws IOException {
    at = 0;
    end = Math.max(0, in.read(buffer, 0, buffer.length));
    return end > 0;
  }

  private static String text(byte[] bytes) throws IOException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new IOException("it is not UTF-8", e);
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
