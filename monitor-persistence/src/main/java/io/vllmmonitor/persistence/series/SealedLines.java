package io.vllmmonitor.persistence.series;

import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.persistence.json.DamagedLineException;
import io.vllmmonitor.persistence.json.JsonFailures;
import io.vllmmonitor.persistence.json.LineReader;
import io.vllmmonitor.persistence.json.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A sealed file: its head, the newest sample of each series, then all samples of each series. It is
 * never changed; one that was merged into another goes when its last reader is done. Damaged lines
 * are told once and left out. Thread-safe.
 */
final class SealedLines {
  private static final Logger LOG = LoggerFactory.getLogger(SealedLines.class);

  private final Path file;
  private final JsonFileName name;
  private final DamageLog damage;
  private final SealedCache cache;
  private @Nullable SealedHead head; // this and the following are guarded by this
  private boolean damaged;
  private boolean obsolete;
  private int users;

  SealedLines(Path file, JsonFileName name, DamageLog damage, SealedCache cache) {
    this.file = file;
    this.name = name;
    this.damage = damage;
    this.cache = cache;
  }

  /** Writes a new one; it is on the disk when this returns. */
  static SealedLines write(
      Path folder,
      JsonFileName name,
      List<SeriesData> all,
      boolean compress,
      DamageLog damage,
      SealedCache cache) {
    Path file =
        folder.resolve(JsonFileName.sealed(name.day(), name.first(), name.last(), compress));
    SealedHead head = SealedHead.of(all);
    try {
      WholeFile.write(
          file,
          compress,
          out -> {
            out.write(head.toLine());
            for (SeriesData data : all) {
              out.write(SampleLines.newest(data));
            }
            for (SeriesData data : all) {
              out.write(SampleLines.series(data));
            }
          });
    } catch (IOException e) {
      throw JsonFailures.translate(file, "written", e);
    }
    SealedLines written = new SealedLines(file, name, damage, cache);
    synchronized (written) {
      written.head = head;
    }
    return written;
  }

  JsonFileName name() {
    return name;
  }

  long samples() {
    return head().samples();
  }

  /** Whether damage was found in it; such a file stays as it is. */
  synchronized boolean isDamaged() {
    return damaged;
  }

  /** What the head says, or, where it is damaged, what was found. */
  private SealedHead head() {
    synchronized (this) {
      if (head != null) {
        return head;
      }
    }
    SealedHead read = readHead();
    if (read == null) {
      List<SeriesLine> found = new ArrayList<>();
      boolean unused = scan(key -> true, false, found::add, () -> {});
      read = headOf(found);
    }
    synchronized (this) {
      head = read;
    }
    return read;
  }

  private @Nullable SealedHead readHead() {
    try (LineReader lines = LineReader.open(file)) {
      byte[] line = lines.next();
      if (line == null) {
        throw new DamagedLineException("is missing");
      }
      return SealedHead.parse(file, line);
    } catch (DamagedLineException e) {
      tell("its head " + e.getMessage());
      return null;
    } catch (IOException e) {
      return gone(e) ? new SealedHead(0, -1, 0, 0) : null;
    }
  }

  private static SealedHead headOf(List<SeriesLine> lines) {
    long from = Long.MAX_VALUE;
    long to = Long.MIN_VALUE;
    long samples = 0;
    for (SeriesLine line : lines) {
      if (line.size() > 0) {
        from = Math.min(from, line.time(0));
        to = Math.max(to, line.time(line.size() - 1));
        samples += line.size();
      }
    }
    return new SealedHead(from, to, lines.size(), samples);
  }

  /**
   * Gives the samples of all wanted series if the span may hold some.
   *
   * @param onTime throws when the reader may not go on
   */
  void read(
      long from, long to, Predicate<SeriesKey> wanted, Consumer<SeriesLine> into, Runnable onTime) {
    SealedHead known = head();
    if (known.from() > to || known.to() < from) {
      return;
    }
    List<SeriesLine> cached = cache.get(this);
    if (cached == null && SealedCache.takes(known.samples())) {
      cached = new ArrayList<>();
      boolean unused = scan(key -> true, false, cached::add, onTime);
      cache.put(this, cached);
    }
    if (cached == null) {
      boolean unused = scan(wanted, false, into, onTime);
    } else {
      cached.stream().filter(line -> wanted.test(line.key())).forEach(into);
    }
  }

  /** Gives the newest sample of each series, from the lines behind the head if they are sound. */
  void newest(NewestSamples into) {
    boolean whole =
        scan(
            key -> true,
            true,
            line -> into.restore(line.key(), line.time(0), line.value(0)),
            () -> {});
    if (!whole) {
      boolean unused =
          scan(
              key -> true,
              false,
              line -> {
                for (int i = 0; i < line.size(); i++) {
                  into.restore(line.key(), line.time(i), line.value(i));
                }
              },
              () -> {});
    }
  }

  /** Whether nothing was damaged or missing. */
  private boolean scan(
      Predicate<SeriesKey> wanted, boolean newest, Consumer<SeriesLine> into, Runnable onTime) {
    boolean sound = true;
    long expected = -1;
    long found = 0;
    try (LineReader lines = LineReader.open(file)) {
      while (true) {
        onTime.run();
        try {
          byte[] line = lines.next();
          if (line == null) {
            break;
          }
          if (lines.number() == 1) {
            expected = SealedHead.parse(file, line).series();
            continue;
          }
          SampleLines.Sealed parsed = SampleLines.parseSealed(line, wanted);
          if (newest && !parsed.isNewest()) {
            break;
          }
          if (parsed.isNewest() == newest) {
            found++;
            SeriesLine samples = parsed.samples();
            if (samples != null) {
              into.accept(samples);
            }
          }
        } catch (DamagedLineException e) {
          sound = false;
          String line = lines.number() == 1 ? "its head " : "line " + lines.number() + " ";
          tell(line + e.getMessage());
        }
      }
    } catch (IOException e) {
      boolean unused = gone(e);
    }
    if (sound && found < expected) {
      sound = false;
      tell("it breaks off: " + found + " series are there, expected " + expected);
    }
    return sound;
  }

  /** A file that was removed meanwhile has no samples; any other failure is one. */
  private boolean gone(IOException failure) {
    synchronized (this) {
      if (obsolete && failure instanceof NoSuchFileException) {
        return true;
      }
    }
    throw JsonFailures.translate(file, "read", failure);
  }

  private void tell(String found) {
    synchronized (this) {
      damaged = true;
    }
    damage.accept(JsonFailures.damaged(file, found));
  }

  /** Before reading; {@link #done} follows. */
  synchronized void use() {
    users++;
  }

  void done() {
    boolean last;
    synchronized (this) {
      users--;
      last = users == 0 && obsolete;
    }
    if (last) {
      deleteOrLog();
    }
  }

  /** Its samples are in another file now. */
  void supersede() {
    boolean idle;
    synchronized (this) {
      obsolete = true;
      idle = users == 0;
    }
    if (idle) {
      deleteOrLog();
    }
  }

  /** The next start finds it covered by another file and tries again. */
  private void deleteOrLog() {
    try {
      delete();
    } catch (IOException e) {
      LOG.warn("{} stays for now, its samples are in another file", file, e);
    }
  }

  /** Takes it away, whoever is reading. */
  void delete() throws IOException {
    synchronized (this) {
      obsolete = true;
    }
    cache.remove(this);
    Files.deleteIfExists(file);
  }
}
