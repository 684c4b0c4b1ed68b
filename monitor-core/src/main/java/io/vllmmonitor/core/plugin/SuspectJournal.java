package io.vllmmonitor.core.plugin;

import static io.vllmmonitor.api.error.ErrorCode.STORE_IO;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.core.telemetry.Problems;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Remembers on disk which code is about to do something for the first time, so that the next start
 * knows it when the JVM dies of it. One small file of lines: {@code + number hash boot what}
 * before, {@code - number} after. The former is synced; the latter need not be, since what a power
 * cut takes back is told by the id of the machine's boot. A journal that cannot be written is a
 * problem and holds nothing up. Thread-safe.
 */
final class SuspectJournal implements Suspects, AutoCloseable {
  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
  private static final long LONGEST_BYTES = 64 << 10;
  private static final String UNKNOWN_BOOT = "unknown";

  private final Path file;
  private final Problems problems;
  private final String boot;
  private final Set<String> seen = ConcurrentHashMap.newKeySet();
  private @Nullable RandomAccessFile journal;
  private boolean failing;
  private long number;
  private int open;

  SuspectJournal(Path work, Problems problems) {
    this.file = work.resolve("suspects");
    this.problems = problems;
    this.boot = bootId();
  }

  /**
   * Content during whose first steps the JVM died.
   *
   * @param hash SHA-256 (hex)
   * @param what it was doing
   */
  record Suspect(String hash, String what) {}

  /** What an earlier life has left open; forgotten by the first entry of this one. */
  synchronized List<Suspect> left() {
    Map<String, Suspect> left = new LinkedHashMap<>();
    try {
      List<String> lines = Files.isRegularFile(file) ? Files.readAllLines(file, UTF_8) : List.of();
      for (String line : lines) {
        String[] parts = line.split(" ", 5);
        if (parts.length == 5 && parts[0].equals("+") && parts[3].equals(boot)) {
          left.put(parts[1], new Suspect(parts[2], parts[4]));
        } else if (parts.length == 2 && parts[0].equals("-")) {
          left.remove(parts[1]);
        }
      }
    } catch (IOException e) {
      note("read", e);
    }
    return new ArrayList<>(left.values());
  }

  @Override
  public Entry enter(String hash, String what) {
    if (!seen.add(hash + " " + what)) {
      return () -> {};
    }
    long mine = begin(hash, what);
    return () -> end(mine);
  }

  @Override
  public synchronized void close() {
    RandomAccessFile writing = journal;
    journal = null;
    if (writing != null) {
      try {
        writing.close();
      } catch (IOException e) {
        note("close", e);
      }
    }
  }

  private synchronized long begin(String hash, String what) {
    long mine = ++number;
    open++;
    String clean = what.replace('\n', ' ').replace('\r', ' ');
    append("+ " + mine + " " + hash + " " + boot + " " + clean + "\n", true);
    return mine;
  }

  private synchronized void end(long mine) {
    open--;
    append("- " + mine + "\n", false);
  }

  private void append(String line, boolean sync) {
    try {
      RandomAccessFile writing = journal;
      if (writing == null) {
        writing = new RandomAccessFile(file.toFile(), "rw"); // a channel would mind interrupts
        journal = writing;
        writing.setLength(0); // what an earlier life has left was read by now
      }
      writing.write(line.getBytes(UTF_8));
      if (sync) {
        writing.getFD().sync();
      } else if (open == 0 && writing.getFilePointer() > LONGEST_BYTES) {
        writing.setLength(0);
        writing.seek(0);
      }
      if (failing) {
        failing = false;
        problems.clear(STORE_IO, file.toString());
      }
    } catch (IOException e) {
      note("write", e);
    }
  }

  private synchronized void note(String deed, IOException e) {
    failing = true;
    problems.note(
        STORE_IO,
        Blame.ENVIRONMENT,
        file.toString(),
        "Cannot "
            + deed
            + " the journal of what plugins do for the first time, so code that kills the JVM would"
            + " be started again: "
            + e.getMessage());
  }

  private static String bootId() {
    try {
      return Files.isReadable(BOOT_ID)
          ? Files.readString(BOOT_ID, UTF_8).trim().replace(' ', '-')
          : UNKNOWN_BOOT;
    } catch (IOException e) {
      // Not on this system: then a power cut counts as a death of the JVM.
      return UNKNOWN_BOOT;
    }
  }
}
