package io.vllmmonitor.persistence.engine;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Space set aside for a full disk: a file of zeros in the data directory. When the disk is full it
 * is deleted, so that decisions can still be written while samples wait; it is made again once
 * there is room for it and as much again. Thread-safe.
 */
final class DiskReserve {
  private static final Logger LOG = LoggerFactory.getLogger(DiskReserve.class);
  private static final int PIECE = 1 << 20;

  /** How much room is left. */
  interface Room {
    long usable() throws IOException;
  }

  private final Path file;
  private final long size;
  private final Room room;
  private boolean released; // guarded by this

  /**
   * @param size bytes; 0 sets nothing aside
   */
  DiskReserve(Path directory, long size, Room room) {
    this.file = directory.resolve("reserve");
    this.size = size;
    this.room = requireNonNull(room, "room");
  }

  /** Makes the file where there is none of that size; without room the reserve counts as used. */
  synchronized void prepare() {
    released = !make();
  }

  /**
   * Gives the space to whoever runs out of it.
   *
   * @return whether there was any
   */
  synchronized boolean release() {
    if (size == 0 || released) {
      return false;
    }
    released = true;
    try {
      Files.deleteIfExists(file);
      LOG.warn("The disk is full; {} bytes set aside for that are now in use", size);
      return true;
    } catch (IOException e) {
      LOG.warn("The disk is full and {} cannot be deleted", file, e);
      return false;
    }
  }

  /** Whether the disk was full and the reserve could not be made again yet; tries to. */
  synchronized boolean isInUse() {
    if (released && make()) {
      released = false;
      LOG.info("The disk has room again; {} bytes are set aside", size);
    }
    return released;
  }

  private boolean make() {
    try {
      if (size == 0 || (Files.exists(file) && Files.size(file) == size)) {
        return true;
      }
      Files.deleteIfExists(file);
      if (room.usable() < 2 * size) {
        return false;
      }
      fill();
      return true;
    } catch (IOException e) {
      LOG.debug("The reserve cannot be made", e);
      return false;
    }
  }

  /** Really written: a file with holes would reserve nothing. */
  private void fill() throws IOException {
    boolean done = false;
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer zeros = ByteBuffer.allocate(PIECE);
      for (long left = size; left > 0; ) {
        zeros.clear().limit((int) Math.min(PIECE, left));
        left -= channel.write(zeros);
      }
      channel.force(true);
      done = true;
    } finally {
      if (!done) {
        Files.deleteIfExists(file);
      }
    }
  }
}
