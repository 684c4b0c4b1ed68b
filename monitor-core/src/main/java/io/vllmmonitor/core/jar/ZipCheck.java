package io.vllmmonitor.core.jar;

import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_JAR_LIMIT;
import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_JAR_UNREADABLE;

import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.zip.CRC32;

/**
 * Reads every entry of a jar once, counting what really comes out of it: what an entry says of its
 * own size may be a lie. Names that are there twice mean different things to different readers, and
 * a wrong checksum is damage that would show later as a broken class. Confined to one call.
 */
final class ZipCheck {
  static final int MOST_ENTRIES = 20_000;
  static final long MOST_INFLATED = 256L << 20;
  private static final int BUFFER = 64 << 10;

  private final JarProblem problem;
  private final Set<String> names = new HashSet<>();
  private final byte[] buffer = new byte[BUFFER];
  private long inflated;

  ZipCheck(JarProblem problem) {
    this.problem = problem;
  }

  /**
   * Checks the whole jar.
   *
   * @throws io.vllmmonitor.api.error.MonitorException PLUGIN_JAR_LIMIT or PLUGIN_JAR_UNREADABLE
   */
  void check(JarFile jar) throws IOException {
    if (jar.size() > MOST_ENTRIES) {
      throw problem.of(
          PLUGIN_JAR_LIMIT,
          "has " + jar.size() + " entries; at most " + MOST_ENTRIES + " are accepted");
    }
    List<JarEntry> entries = jar.stream().toList();
    for (JarEntry entry : entries) {
      if (!names.add(entry.getName())) {
        throw problem.of(
            PLUGIN_JAR_UNREADABLE,
            "holds " + entry.getName() + " twice; pack it again with one of the two");
      }
    }
    for (JarEntry entry : entries) {
      if (!entry.isDirectory()) {
        read(jar, entry);
      }
    }
  }

  private void read(JarFile jar, JarEntry entry) throws IOException {
    CRC32 sum = new CRC32();
    try (InputStream in = jar.getInputStream(entry)) {
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        inflated += count;
        if (inflated > MOST_INFLATED) {
          throw problem.of(
              PLUGIN_JAR_LIMIT,
              "inflates to more than "
                  + (MOST_INFLATED >> 20)
                  + " MiB (at "
                  + entry.getName()
                  + "); carry fewer libraries or data files");
        }
        sum.update(buffer, 0, count);
      }
    }
    if (entry.getCrc() != -1 && entry.getCrc() != sum.getValue()) {
      throw problem.of(
          PLUGIN_JAR_UNREADABLE,
          "is damaged: the checksum of " + entry.getName() + " is wrong; build or copy it again");
    }
  }
}
