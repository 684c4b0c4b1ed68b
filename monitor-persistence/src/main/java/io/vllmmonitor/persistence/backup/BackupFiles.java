package io.vllmmonitor.persistence.backup;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.persistence.disk.Disk;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Plain work on the files of backups. None of these files is open in SQLite. */
final class BackupFiles {
  private BackupFiles() {}

  static void makeFolder(Path folder) throws IOException {
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }

  /** SHA-256 in lower-case hex. */
  static String hash(Path file) throws IOException {
    try (OutputStream nowhere = OutputStream.nullOutputStream()) {
      return pour(file, nowhere);
    }
  }

  /** Copies a file to the disk; a new one, never an existing one. */
  static String copy(Path from, Path to) throws IOException {
    String hash;
    try (OutputStream target = Files.newOutputStream(to, StandardOpenOption.CREATE_NEW)) {
      hash = pour(from, target);
    }
    synchronise(to);
    return hash;
  }

  private static String pour(Path from, OutputStream target) throws IOException {
    try (InputStream source = Files.newInputStream(from, NOFOLLOW_LINKS);
        DigestOutputStream digesting = new DigestOutputStream(target, sha256())) {
      source.transferTo(digesting);
      return HexFormat.of().formatHex(digesting.getMessageDigest().digest());
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("Every Java platform has SHA-256", e);
    }
  }

  /** Brings a file, or the names in a folder, to the disk. */
  static void synchronise(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** All regular files below a folder, but none in the folders left out; no link is followed. */
  static List<Path> regularFiles(Path folder, Set<Path> leftOut) throws IOException {
    List<Path> found = new ArrayList<>();
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path inner, BasicFileAttributes attributes) {
            return leftOut.contains(inner)
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile()) {
              found.add(file);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (Files.notExists(file, NOFOLLOW_LINKS)) {
              return FileVisitResult.CONTINUE; // gone since its folder was listed
            }
            throw e;
          }
        });
    found.sort(null);
    return found;
  }

  /** Deletes a folder with everything in it. */
  static void delete(Path folder) throws IOException {
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path inner, @Nullable IOException e)
              throws IOException {
            if (e != null) {
              throw e;
            }
            Files.delete(inner);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  static MonitorException failed(String action, Path path, IOException cause) {
    boolean full = Disk.isFull(path, cause);
    return new MonitorException(
        full ? ErrorCode.STORE_FULL : ErrorCode.STORE_IO,
        Blame.ENVIRONMENT,
        "Could not "
            + action
            + " "
            + path
            + ": "
            + cause
            + (full ? "; free some space" : "; check the disk and the rights of the folder"),
        cause);
  }
}
