package io.vllmmonitor.persistence.sqlite;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a rollback journal beside a SQLite file says of the transaction that was cut off. Our files
 * have one for a moment only, while they are made or moved to the write-ahead log; one that is left
 * tells that the process died or the disk failed in that moment. Read with plain I/O, so that
 * nothing is rolled back before it is known whose file it is. Immutable.
 *
 * @param known whether the header is whole; otherwise the transaction has changed nothing yet,
 *     since SQLite brings the journal to the disk before it touches the file
 * @param pagesBefore how many pages the file had before the transaction; 0 for a new file
 */
record UnfinishedJournal(boolean known, long pagesBefore) {
  private static final long MAGIC = 0xd9d505f920a163d7L;
  private static final int PAGES_AT = 16;
  private static final int HEADER = 28;

  /**
   * Empty when there is none, or only a finished one, which SQLite marks by zeroes.
   *
   * @throws IOException when it cannot be read
   */
  static Optional<UnfinishedJournal> of(Path database) throws IOException {
    Path journal = pathOf(database);
    if (Files.notExists(journal)) {
      return Optional.empty();
    }
    ByteBuffer header = ByteBuffer.allocate(HEADER);
    try (SeekableByteChannel channel = Files.newByteChannel(journal)) {
      while (header.hasRemaining() && channel.read(header) >= 0) {
        // until the header is full or the file ends
      }
    }
    if (header.position() == 0 || header.get(0) == 0) {
      return Optional.empty();
    }
    boolean known = !header.hasRemaining() && header.getLong(0) == MAGIC;
    return Optional.of(
        new UnfinishedJournal(known, known ? Integer.toUnsignedLong(header.getInt(PAGES_AT)) : 0));
  }

  /** Whether the file held no table yet: every table has a page besides the first. */
  boolean beforeAnyTable() {
    return pagesBefore <= 1;
  }

  private static Path pathOf(Path database) {
    return database.resolveSibling(database.getFileName() + "-journal");
  }
}
