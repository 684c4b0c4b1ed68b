package io.vllmmonitor.persistence.engine;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The data directory, owned by this process until closed. Whoever starts the monitor opens it
 * before anything else and closes it last. Thread-safe.
 */
public final class DataDirectory implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DataDirectory.class);
  private static final Set<PosixFilePermission> PRIVATE =
      PosixFilePermissions.fromString("rwx------");
  static final String METRICS = "metrics";

  private static final String LOCK = "owner.lock";

  private final Path path;
  private final DirectoryLock lock;
  private final OwnerFile ownerFile;
  private final Owner owner;
  private boolean closed; // guarded by this

  private DataDirectory(Path path, DirectoryLock lock, Owner owner) {
    this.path = path;
    this.lock = lock;
    this.ownerFile = new OwnerFile(path);
    this.owner = owner;
  }

  /**
   * Makes the directory where there is none (mode 0700) and takes ownership; does not wait.
   *
   * @param clock dates the ownership
   * @throws MonitorException STORE_OWNED naming the owner when another process has it; STORE_IO
   *     when it cannot be made or written; CONFIG_INVALID_VALUE for a name that cannot be used
   */
  public static DataDirectory open(Path directory, InstantSource clock) {
    if (directory.toAbsolutePath().toString().contains("?")) {
      // The JDBC driver takes what follows for options.
      throw new MonitorException(
          ErrorCode.CONFIG_INVALID_VALUE,
          Blame.OPERATOR,
          "The data directory "
              + directory
              + " has a question mark; use another name (--data DIR)");
    }
    try {
      Path real = make(directory.toAbsolutePath());
      DirectoryLock lock = DirectoryLock.tryAcquire(real).orElseThrow(() -> owned(real));
      Owner owner = new Owner(ProcessHandle.current().pid(), "", clock.instant());
      DataDirectory opened = new DataDirectory(real, lock, owner);
      boolean done = false;
      try {
        opened.announce("");
        done = true;
        return opened;
      } finally {
        if (!done) {
          opened.close();
        }
      }
    } catch (IOException e) {
      throw unusable(directory, e);
    }
  }

  /** The one who runs on a directory, as far as it says; for tools that look for the daemon. */
  public static Optional<Owner> ownerOf(Path directory) {
    return new OwnerFile(directory).read();
  }

  private static Path make(Path directory) throws IOException {
    if (Files.notExists(directory)) {
      Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(PRIVATE));
    }
    Path real = directory.toRealPath();
    if (!Files.getPosixFilePermissions(real).equals(PRIVATE)) {
      // Someone else's directory, given by mistake, must not lose its rights to us.
      if (isOurs(real)) {
        Files.setPosixFilePermissions(real, PRIVATE);
      } else {
        LOG.warn("Others may look into the data directory {}; make it private: chmod 700", real);
      }
    }
    return real;
  }

  private static boolean isOurs(Path directory) throws IOException {
    if (Files.exists(directory.resolve(LOCK))) {
      return true;
    }
    try (Stream<Path> content = Files.list(directory)) {
      return content.findAny().isEmpty();
    }
  }

  private static MonitorException owned(Path directory) {
    String who =
        ownerOf(directory).map(Owner::toString).orElse("another process, which is starting");
    return new MonitorException(
        ErrorCode.STORE_OWNED,
        Blame.OPERATOR,
        "The data directory "
            + directory
            + " is in use by "
            + who
            + "; stop that one first, or start with another directory (--data DIR)");
  }

  private static MonitorException unusable(Path directory, IOException cause) {
    return new MonitorException(
        ErrorCode.STORE_IO,
        Blame.ENVIRONMENT,
        "The data directory "
            + directory
            + " cannot be used, "
            + cause
            + "; it must be a directory that this user can write, or name another (--data DIR)",
        cause);
  }

  /** Makes the folders inside; after it is known that the directory is ours. */
  void makeFolders() {
    try {
      for (Path folder : List.of(metrics(), guardrails(), extensions(), plugins(), models())) {
        if (Files.notExists(folder)) {
          Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(PRIVATE));
        }
      }
    } catch (IOException e) {
      throw unusable(path, e);
    }
  }

  /**
   * Tells others where this process listens, in {@code daemon.json}.
   *
   * @param address such as {@code 127.0.0.1:9464}; empty means not yet
   */
  public void announce(String address) {
    try {
      ownerFile.write(new Owner(owner.pid(), address, owner.start()));
    } catch (IOException e) {
      throw unusable(path, e);
    }
  }

  /** The real, absolute path. */
  public Path path() {
    return path;
  }

  /** The day files of samples. */
  public Path metrics() {
    return path.resolve(METRICS);
  }

  /** Where guardrail sources are dropped. */
  public Path guardrails() {
    return path.resolve("guardrails");
  }

  /** Where sources of any kind are dropped. */
  public Path extensions() {
    return path.resolve("extensions");
  }

  /** Where plugin jars are dropped. */
  public Path plugins() {
    return path.resolve("plugins");
  }

  /** Learned models. */
  public Path models() {
    return path.resolve("models");
  }

  /** The token that mutations need. */
  public Path token() {
    return path.resolve("token");
  }

  /** The kill switch: while this file is there, nothing acts. */
  public Path stop() {
    return path.resolve("STOP");
  }

  /** Gives the directory up. A second call does nothing. */
  @Override
  public synchronized void close() {
    if (closed) {
      return; // by now daemon.json may be another's
    }
    closed = true;
    try {
      ownerFile.delete();
    } catch (IOException e) {
      LOG.warn("Could not delete daemon.json in {}; it names a process that has gone", path, e);
    } finally {
      closeLock();
    }
  }

  private void closeLock() {
    try {
      lock.close();
    } catch (IOException e) {
      LOG.warn("Could not release {}; it ends with this process", path.resolve(LOCK), e);
    }
  }
}
