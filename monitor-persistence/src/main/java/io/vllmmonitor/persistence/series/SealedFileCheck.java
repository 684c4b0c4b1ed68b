package io.vllmmonitor.persistence.series;

import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.persistence.json.DamagedLineException;
import io.vllmmonitor.persistence.json.LineReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads every line of one sealed file: each against its checksum, times in order, what the head and
 * the newest samples say against the samples. Used once, by one thread.
 */
final class SealedFileCheck {
  private final Path file;
  private final long day;
  private final Runnable onLine;
  private final Consumer<String> found;
  private final Map<SeriesKey, Newest> newest = new HashMap<>();
  private final Set<SeriesKey> series = new HashSet<>();
  private @Nullable SealedHead head;
  private long samples;
  private long first = Long.MAX_VALUE;
  private long last = Long.MIN_VALUE;
  private boolean damaged;

  private record Newest(long at, long bits) {}

  /**
   * @param onLine called before each line; the work ends when it throws
   * @param found told in one sentence of each thing that is wrong
   */
  SealedFileCheck(Path file, long day, Runnable onLine, Consumer<String> found) {
    this.file = file;
    this.day = day;
    this.onLine = onLine;
    this.found = found;
  }

  long series() {
    return series.size();
  }

  long samples() {
    return samples;
  }

  /**
   * Reads it all.
   *
   * @throws MonitorException STORE_NEWER when a later program wrote it
   * @throws IOException when the disk fails, or the file is not there
   */
  void run() throws IOException {
    try (LineReader lines = LineReader.open(file)) {
      while (true) {
        onLine.run();
        try {
          byte[] line = lines.next();
          if (line == null) {
            break;
          }
          if (lines.number() == 1) {
            head = SealedHead.parse(file, line);
          } else {
            take(lines.number(), SampleLines.parseSealed(line, key -> true));
          }
        } catch (DamagedLineException e) {
          damage("line " + lines.number() + " " + e.getMessage());
        }
      }
    }
    if (!damaged) { // else the counts cannot be right
      compareWithHead();
    }
  }

  private void damage(String what) {
    damaged = true;
    found.accept(what);
  }

  private void take(long number, SampleLines.Sealed parsed) {
    SeriesLine line = parsed.samples();
    if (line == null) {
      return;
    }
    if (!parsed.isNewest()) {
      takeSamples(number, line);
    } else if (newest.put(
            line.key(), new Newest(line.time(0), Double.doubleToRawLongBits(line.value(0))))
        != null) {
      damage("line " + number + " gives the newest sample of " + line.key() + " once more");
    }
  }

  private void takeSamples(long number, SeriesLine line) {
    if (!series.add(line.key())) {
      damage("line " + number + " gives the samples of " + line.key() + " once more");
    }
    if (line.size() == 0) {
      damage("line " + number + " holds no samples");
      return;
    }
    for (int i = 1; i < line.size(); i++) {
      if (line.time(i) <= line.time(i - 1)) {
        damage("line " + number + " has times that are not in order");
        break;
      }
    }
    int end = line.size() - 1;
    if (line.time(0) < Days.firstMillis(day) || line.time(end) > Days.lastMillis(day)) {
      damage("line " + number + " has times of another day");
    }
    samples += line.size();
    first = Math.min(first, line.time(0));
    last = Math.max(last, line.time(end));
    Newest said = newest.get(line.key());
    if (!damaged
        && !new Newest(line.time(end), Double.doubleToRawLongBits(line.value(end))).equals(said)) {
      damage("line " + number + " ends with another sample than its line of the newest one");
    }
  }

  private void compareWithHead() {
    SealedHead said = head;
    if (said == null) {
      damage("is empty, its head is missing");
      return;
    }
    if (series.size() != said.series() || newest.size() != said.series()) {
      damage(
          "holds "
              + newest.size()
              + " newest samples and "
              + series.size()
              + " series, but its head says "
              + said.series());
    } else if (samples != said.samples()) {
      damage("holds " + samples + " samples, but its head says " + said.samples());
    } else if (first != said.from() || last != said.to()) {
      damage("does not span what its head says");
    }
  }
}
