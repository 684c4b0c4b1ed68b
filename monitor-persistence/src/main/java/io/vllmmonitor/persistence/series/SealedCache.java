package io.vllmmonitor.persistence.series;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The decoded lines of the sealed files that were read last, within a bound. Files are told apart
 * as objects, since a name may come again after its day was removed. Thread-safe.
 */
final class SealedCache {
  /** All files together; a sample takes 16 bytes. */
  private static final long MOST_SAMPLES = 4_000_000;

  private final Map<SealedLines, List<SeriesLine>> files = new LinkedHashMap<>(16, 0.75f, true);
  private long samples; // both guarded by this

  /** Whether a file of so many samples may be kept. */
  static boolean takes(long more) {
    return more <= MOST_SAMPLES / 2;
  }

  synchronized @Nullable List<SeriesLine> get(SealedLines file) {
    return files.get(file);
  }

  synchronized void put(SealedLines file, List<SeriesLine> lines) {
    if (files.put(file, lines) != null) {
      return; // two readers met; what they decoded is the same
    }
    samples += count(lines);
    Iterator<List<SeriesLine>> oldest = files.values().iterator();
    while (samples > MOST_SAMPLES && oldest.hasNext()) {
      samples -= count(oldest.next());
      oldest.remove();
    }
  }

  synchronized void remove(SealedLines file) {
    List<SeriesLine> lines = files.remove(file);
    if (lines != null) {
      samples -= count(lines);
    }
  }

  private static long count(List<SeriesLine> lines) {
    return lines.stream().mapToLong(SeriesLine::size).sum();
  }
}
