package io.vllmmonitor.persistence.exchange;

import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import io.vllmmonitor.persistence.disk.Hashes;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * Writes one file of an archive: counts, compresses where its name says so, hashes, and brings it
 * to the disk. Confined to one thread; {@link #finish} makes it part of the archive.
 */
final class ArchiveFileWriter implements Closeable {
  private static final int LEVEL = 3;
  private static final int BUFFER = 1 << 16;

  private final String path;
  private final FileChannel channel;
  private final CountedOutput disk;
  private final MessageDigest digest = Hashes.sha256();
  private final OutputStream out;
  private final CharsetEncoder utf8 =
      StandardCharsets.UTF_8
          .newEncoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT);
  private long inflated;
  private long rows;

  /**
   * @param path inside the archive
   */
  ArchiveFileWriter(Path root, String path) throws IOException {
    this.path = path;
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    disk = new CountedOutput(channel);
    OutputStream hashed = new DigestOutputStream(new BufferedOutputStream(disk, BUFFER), digest);
    out = path.endsWith(".zst") ? new ZstdOutputStreamNoFinalizer(hashed, LEVEL) : hashed;
  }

  /** One line; counts as so many rows. */
  void line(String text, long countedRows) throws IOException {
    ByteBuffer bytes = utf8.encode(CharBuffer.wrap(text));
    if (bytes.remaining() > ArchiveLimits.standard().lineBytes()) {
      throw ArchiveErrors.tooLarge(
          "a row of " + path + " has " + bytes.remaining() + " bytes",
          ArchiveLimits.standard().lineBytes() + " bytes");
    }
    bytes(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
    out.write('\n');
    inflated++;
    rows += countedRows;
  }

  /** Bytes as they are; counts as so many rows. */
  void bytes(byte[] bytes, long countedRows) throws IOException {
    bytes(bytes, 0, bytes.length);
    rows += countedRows;
  }

  private void bytes(byte[] bytes, int from, int count) throws IOException {
    out.write(bytes, from, count);
    inflated += count;
  }

  long rows() {
    return rows;
  }

  /** Ends the file, on the disk. */
  ArchiveFile finish() throws IOException {
    out.close(); // flushes into the channel, which stays open
    channel.force(true);
    channel.close();
    return new ArchiveFile(
        path, rows, disk.count, inflated, HexFormat.of().formatHex(digest.digest()));
  }

  /** Gives an unfinished file up; nothing after {@link #finish}. */
  @Override
  public void close() throws IOException {
    if (channel.isOpen()) {
      channel.close();
      out.close();
    }
  }

  private static final class CountedOutput extends OutputStream {
    private final FileChannel channel;
    private long count;

    CountedOutput(FileChannel channel) {
      this.channel = channel;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      if (!channel.isOpen()) {
        return; // given up: what the compressor still holds goes nowhere
      }
      ByteBuffer buffer = ByteBuffer.wrap(bytes, from, length);
      while (buffer.hasRemaining()) {
        count += channel.write(buffer);
      }
    }
  }
}
