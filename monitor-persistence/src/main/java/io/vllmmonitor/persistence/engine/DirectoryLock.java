package io.vllmmonitor.persistence.engine;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * The lock on {@code owner.lock}; it ends with the process, however that ends. Closing any channel
 * on the file drops the lock of the whole process, so within one process a set of held directories
 * is asked before the file is touched.
 */
final class DirectoryLock implements AutoCloseable {
  private static final Set<Path> HELD = new HashSet<>(); // guarded by itself

  private final Path directory;
  private final FileChannel channel;

  private DirectoryLock(Path directory, FileChannel channel) {
    this.directory = directory;
    this.channel = channel;
  }

  /**
   * Does not wait.
   *
   * @param directory its real path
   * @return empty when another holds it, in this process or elsewhere
   */
  static Optional<DirectoryLock> tryAcquire(Path directory) throws IOException {
    synchronized (HELD) {
      if (HELD.contains(directory)) {
        return Optional.empty();
      }
      FileChannel channel =
          FileChannel.open(
              directory.resolve("owner.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      boolean done = false;
      try {
        FileLock lock = channel.tryLock();
        done = lock != null;
      } finally {
        if (!done) {
          channel.close();
        }
      }
      if (!done) {
        return Optional.empty();
      }
      HELD.add(directory);
      return Optional.of(new DirectoryLock(directory, channel));
    }
  }

  /** A second call does nothing. */
  @Override
  public void close() throws IOException {
    synchronized (HELD) {
      if (channel.isOpen()) {
        HELD.remove(directory);
        channel.close();
      }
    }
  }
}
