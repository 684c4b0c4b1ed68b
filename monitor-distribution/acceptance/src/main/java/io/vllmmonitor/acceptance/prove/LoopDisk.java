package io.vllmmonitor.acceptance.prove;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A small ext4 disk in a file, for power cuts and for a full disk. Needs root, loop devices and
 * Python. Confined to one thread.
 *
 * <p>A power cut is the file system's shutdown call without flushing its log (EXT4_IOC_SHUTDOWN,
 * flag NOLOGFLUSH, as the file system's own tests use it): nothing that was not yet on the disk
 * gets there, and the next mount recovers as after a real cut.
 */
final class LoopDisk implements AutoCloseable {
  private static final String CUT =
      "import fcntl,os,struct,sys;"
          + "fcntl.ioctl(os.open(sys.argv[1],os.O_RDONLY),0x8004587d,struct.pack('I',2))";

  private final Path image;
  private final Path mount;
  private boolean mounted;

  private LoopDisk(Path image, Path mount) {
    this.image = image;
    this.mount = mount;
  }

  /** Why there can be none here; empty when there can. */
  static Optional<String> unavailable(Path scratch) throws InterruptedException {
    try (LoopDisk trial = make(scratch, "trial", 8)) {
      trial.cut();
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  /** Makes and mounts a disk. */
  static LoopDisk make(Path scratch, String name, int megabytes)
      throws IOException, InterruptedException {
    Path image = scratch.resolve(name + ".img");
    Path mount = Files.createDirectories(scratch.resolve(name));
    run("truncate", "-s", megabytes + "M", image.toString());
    run("mkfs.ext4", "-q", "-F", image.toString());
    LoopDisk disk = new LoopDisk(image, mount);
    disk.mount();
    return disk;
  }

  Path path() {
    return mount;
  }

  private void mount() throws IOException, InterruptedException {
    run("mount", "-o", "loop", image.toString(), mount.toString());
    mounted = true;
  }

  /** Brings everything to the disk. */
  void synchronise() throws IOException, InterruptedException {
    run("sync", "-f", mount.toString());
  }

  /** From now on nothing reaches the disk. */
  void cut() throws IOException, InterruptedException {
    run("python3", "-c", CUT, mount.toString());
  }

  /** Takes it away and mounts it again; no process may use it. */
  void remount() throws IOException, InterruptedException {
    unmount();
    mount();
  }

  private void unmount() throws IOException, InterruptedException {
    run("umount", mount.toString());
    mounted = false;
  }

  private static void run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    if (!process.waitFor(Duration.ofSeconds(30).toSeconds(), TimeUnit.SECONDS)
        || process.exitValue() != 0) {
      throw new IOException(List.of(command) + " failed: " + output.strip());
    }
  }

  @Override
  public void close() {
    try {
      if (mounted) {
        unmount();
      }
      Files.deleteIfExists(image);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ProofFailure("Interrupted while a disk was taken away");
    } catch (IOException e) {
      throw new ProofFailure("A disk could not be taken away: " + e.getMessage());
    }
  }
}
