package io.vllmmonitor.persistence.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** What files need so that a power cut finds them whole. */
public final class Disk {
  /** With less of it a disk is full. */
  private static final long LEAST_ROOM = 1L << 20;

  private Disk() {}

  /**
   * Brings the names in a directory to the disk. Comes to its end also where the thread is
   * interrupted, which stays so: what was renamed would be in doubt otherwise.
   */
  public static void sync(Path directory) throws IOException {
    boolean interrupted = false;
    try {
      while (!trySync(directory)) {
        interrupted |= Thread.interrupted();
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Whether no interrupt closed it. */
  private static boolean trySync(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
      return true;
    } catch (ClosedByInterruptException e) {
      return false;
    }
  }

  /** The same for a directory and all below it. */
  public static void syncTree(Path directory) throws IOException {
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            sync(folder);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /** Whole or not at all: written beside it, synchronised, renamed. */
  public static void write(Path file, byte[] content) throws IOException {
    Path beside = file.resolveSibling(file.getFileName() + ".new");
    try (FileChannel channel =
        FileChannel.open(
            beside,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    sync(parent(file));
  }

  /**
   * Whether a failure means that there is no room left. Java tells it only by the words of the
   * system, which speaks the language of its user, so the room itself is looked at as well.
   *
   * @param file that could not be written
   */
  public static boolean isFull(Path file, IOException failure) {
    String message = String.valueOf(failure.getMessage());
    if (message.contains("No space left") || message.contains("Disk quota exceeded")) {
      return true;
    }
    try {
      return Files.getFileStore(Files.exists(file) ? file : parent(file)).getUsableSpace()
          < LEAST_ROOM;
    } catch (IOException e) {
      return false; // the folder itself is gone or cannot be read
    }
  }

  /** Deletes a directory with all it holds, if it is there; links are not followed. */
  public static void delete(Path directory) throws IOException {
    if (Files.notExists(directory, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.delete(folder);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  public static Path parent(Path file) {
    Path parent = file.toAbsolutePath().getParent();
    if (parent == null) {
      throw new IllegalArgumentException(file + " has no parent");
    }
    return parent;
  }
}
