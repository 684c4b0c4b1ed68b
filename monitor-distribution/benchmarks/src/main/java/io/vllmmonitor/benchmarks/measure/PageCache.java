package io.vllmmonitor.benchmarks.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What Linux keeps of files in memory. */
final class PageCache {
  private PageCache() {}

  /** Lets go of what was written before, so that what follows reads the disk; whether it could. */
  static boolean drop() {
    try {
      Process sync = new ProcessBuilder("sync").start();
      if (sync.waitFor() != 0) {
        return false;
      }
      Files.writeString(Path.of("/proc/sys/vm/drop_caches"), "3\n");
      return true;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
