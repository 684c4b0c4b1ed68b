package io.vllmmonitor.persistence.exchange;

import io.vllmmonitor.persistence.disk.Hashes;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An archive on the disk, from a stranger: exactly the regular files that its manifest names, with
 * their sizes and hashes. Links are never followed.
 */
final class ArchiveDirectory {
  private static final int DEEPEST = 2;
  private static final int BUFFER = 1 << 16;

  private final Path root;
  private final ArchiveLimits limits;
  private final Manifest manifest;

  private ArchiveDirectory(Path root, ArchiveLimits limits, Manifest manifest) {
    this.root = root;
    this.limits = limits;
    this.manifest = manifest;
  }

  /** Whether there is a manifest, whatever it says. */
  static boolean isArchive(Path directory) {
    return Files.exists(directory.resolve(Manifest.NAME), LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * Reads the manifest and compares it with what lies there; contents come later.
   *
   * @throws io.vllmmonitor.api.error.MonitorException ARCHIVE_INVALID, ARCHIVE_TOO_LARGE,
   *     ARCHIVE_NEWER, ARCHIVE_HASH_DIFFERS for a file of another size, STORE_IO
   */
  static ArchiveDirectory open(Path root, ArchiveLimits limits) {
    try {
      Manifest manifest = Manifest.parse(readManifest(root, limits));
      ArchiveDirectory archive = new ArchiveDirectory(root, limits, manifest);
      archive.compareNames();
      archive.compareSizes();
      return archive;
    } catch (IOException e) {
      throw ArchiveErrors.io(root, "read", e);
    }
  }

  private static byte[] readManifest(Path root, ArchiveLimits limits) throws IOException {
    Path file = root.resolve(Manifest.NAME);
    requireRegular(file, Manifest.NAME);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (InputStream in = open(file)) {
      byte[] buffer = new byte[BUFFER];
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        bytes.write(buffer, 0, count);
        if (bytes.size() > limits.manifestBytes()) {
          throw ArchiveErrors.tooLarge(
              Manifest.NAME + " has more than " + limits.manifestBytes() + " bytes",
              limits.manifestBytes() + " bytes");
        }
      }
    }
    return bytes.toByteArray();
  }

  private static void requireRegular(Path file, String name) throws IOException {
    if (Files.notExists(file, LinkOption.NOFOLLOW_LINKS)) {
      throw ArchiveErrors.invalid(name + " is missing", "every file that the manifest names");
    }
    BasicFileAttributes attributes =
        Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (!attributes.isRegularFile()) {
      throw notRegular(name);
    }
  }

  private static RuntimeException notRegular(String name) {
    return ArchiveErrors.invalid(
        ArchiveErrors.show(name) + " is a link or a special file", "regular files only");
  }

  private static InputStream open(Path file) throws IOException {
    SeekableByteChannel channel =
        Files.newByteChannel(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
    return new BufferedInputStream(Channels.newInputStream(channel), BUFFER);
  }

  private void compareNames() throws IOException {
    Set<String> left = new HashSet<>();
    manifest.files().forEach(file -> left.add(file.path()));
    left.add(Manifest.NAME);
    if (left.size() > limits.files()) {
      throw ArchiveErrors.tooLarge(left.size() + " files", limits.files() + " files");
    }
    Files.walkFileTree(
        root,
        EnumSet.noneOf(FileVisitOption.class),
        DEEPEST,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            String name = root.relativize(file).toString();
            if (!attributes.isRegularFile()) {
              throw notRegular(name);
            }
            if (!left.remove(name)) {
              throw ArchiveErrors.invalid(
                  ArchiveErrors.show(name) + " lies in it",
                  "only what the manifest names; move other files away");
            }
            return FileVisitResult.CONTINUE;
          }
        });
    if (!left.isEmpty()) {
      throw ArchiveErrors.invalid(
          left.iterator().next() + " is missing", "every file that the manifest names");
    }
  }

  private void compareSizes() throws IOException {
    long total = 0;
    for (ArchiveFile file : manifest.files()) {
      long found = Files.size(root.resolve(file.path()));
      if (found != file.bytes()) {
        throw ArchiveErrors.differs(
            file.path() + " has " + found + " bytes, its manifest says " + file.bytes());
      }
      if (file.inflatedBytes() > limits.fileBytes()) {
        throw ArchiveErrors.tooLarge(
            file.path() + " has " + file.inflatedBytes() + " bytes inflated",
            limits.fileBytes() + " bytes");
      }
      total = Math.addExact(total, file.inflatedBytes());
      if (total > limits.totalBytes()) {
        throw ArchiveErrors.tooLarge("more than " + total + " bytes", limits.totalBytes() + "");
      }
    }
  }

  Manifest manifest() {
    return manifest;
  }

  ArchiveLimits limits() {
    return limits;
  }

  /** Compares every file with its hash, before any of them is understood. */
  void compareHashes(ExchangeProgress progress) {
    for (ArchiveFile file : manifest.files()) {
      progress.step("comparing the hash of " + file.path());
      copy(file, OutputStream.nullOutputStream(), progress);
    }
  }

  /** Copies the bytes of a file while comparing their hash. */
  void copy(ArchiveFile file, OutputStream to, ExchangeProgress progress) {
    MessageDigest digest = Hashes.sha256();
    try (InputStream in = new DigestInputStream(open(root.resolve(file.path())), digest)) {
      byte[] buffer = new byte[BUFFER];
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        to.write(buffer, 0, count);
        progress.handled(0);
      }
    } catch (IOException e) {
      throw ArchiveErrors.io(root.resolve(file.path()), "read", e);
    }
    requireHash(file, digest);
  }

  private static void requireHash(ArchiveFile file, MessageDigest digest) {
    String found = HexFormat.of().formatHex(digest.digest());
    if (!found.equals(file.sha256())) {
      throw ArchiveErrors.differs(
          file.path() + " has the SHA-256 " + found + ", its manifest says " + file.sha256());
    }
  }

  /** The content of a file, inflated; whoever reads to its end has compared its hash. */
  Content content(ArchiveFile file) throws IOException {
    return new Content(file);
  }

  /** Inflates within the limits; at the end sizes and hash must be those of the manifest. */
  final class Content extends InputStream {
    private final ArchiveFile file;
    private final MessageDigest digest = Hashes.sha256();
    private final InputStream raw;
    private final InputStream inflated;
    private long count;
    private boolean ended;

    private Content(ArchiveFile file) throws IOException {
      this.file = file;
      this.raw = new DigestInputStream(open(root.resolve(file.path())), digest);
      this.inflated = file.isCompressed() ? Zstd.inflate(raw) : raw;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
      int more = inflated.read(bytes, from, length);
      if (more < 0) {
        end();
        return -1;
      }
      count += more;
      if (count > file.inflatedBytes() || isBomb()) {
        throw ArchiveErrors.tooLarge(
            file.path() + " inflates to " + count + " bytes and more, from " + file.bytes(),
            file.inflatedBytes()
                + " bytes, as its manifest says, and "
                + limits.ratio()
                + " for one");
      }
      return more;
    }

    private boolean isBomb() {
      return count > ArchiveLimits.FREE_BYTES && count / limits.ratio() > file.bytes();
    }

    private void end() throws IOException {
      if (ended) {
        return;
      }
      ended = true;
      raw.transferTo(OutputStream.nullOutputStream());
      if (count != file.inflatedBytes()) {
        throw ArchiveErrors.invalid(
            file.path() + " inflates to " + count + " bytes", file.inflatedBytes() + " bytes");
      }
      requireHash(file, digest);
    }

    @Override
    public void close() throws IOException {
      inflated.close();
    }
  }

  /** A whole small file, or null when its text is longer than the most. */
  byte @Nullable [] small(ArchiveFile file, int mostBytes) throws IOException {
    try (Content content = content(file)) {
      byte[] bytes = content.readNBytes(mostBytes);
      return content.read() < 0 ? bytes : null;
    }
  }
}
