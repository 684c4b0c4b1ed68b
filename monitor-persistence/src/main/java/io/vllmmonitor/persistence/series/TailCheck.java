package io.vllmmonitor.persistence.series;

import io.vllmmonitor.persistence.json.DamagedLineException;
import io.vllmmonitor.persistence.json.LineReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Reads every line of the growing file of a day: each against its checksum, its number and its day.
 * Lines may be appended meanwhile. Used once, by one thread.
 */
final class TailCheck {
  private final Path file;
  private final long day;
  private final Runnable onLine;
  private final Consumer<String> found;
  private final Consumer<String> note;
  private final long lastSealed;
  private long last; // number that was read
  private boolean anyNumber = true; // may come next
  private long newest;
  private long batches;
  private long samples;

  /**
   * @param lastSealed number of the last line in a sealed file; lines up to it count no more
   * @param onLine called before each line; the work ends when it throws
   * @param found told in one sentence of each thing that is wrong
   * @param note told of what is worth knowing, and no damage
   */
  TailCheck(
      Path file,
      long day,
      long lastSealed,
      Runnable onLine,
      Consumer<String> found,
      Consumer<String> note) {
    this.file = file;
    this.day = day;
    this.lastSealed = lastSealed;
    this.newest = lastSealed;
    this.onLine = onLine;
    this.found = found;
    this.note = note;
  }

  /** Lines that were not sealed yet. */
  long batches() {
    return batches;
  }

  /** In these lines. */
  long samples() {
    return samples;
  }

  /** The number of the last line of the day. */
  long last() {
    return newest;
  }

  /**
   * Reads it all.
   *
   * @throws IOException when the disk fails, or the file is not there
   */
  void run() throws IOException {
    try (LineReader lines = LineReader.open(file)) {
      while (true) {
        onLine.run();
        try {
          byte[] line = lines.next();
          if (line == null) {
            return;
          }
          take(lines.number(), SampleLines.parseBatch(line, key -> key));
        } catch (DamagedLineException e) {
          damaged(lines.number(), String.valueOf(e.getMessage()));
        }
      }
    }
  }

  private void damaged(long line, String what) {
    if (LineReader.BREAKS_OFF.equals(what)) {
      note.accept(
          "ends with half a line, as while one is written or after a kill; it was never"
              + " acknowledged");
      return;
    }
    found.accept("line " + line + " " + what + ", so its samples are left out");
    anyNumber = true; // how many lines are between the good ones is unknown now
  }

  private void take(long line, TailRow row) {
    boolean gapToSealed = line == 1 && row.number() > lastSealed + 1;
    if (gapToSealed || (!anyNumber && row.number() != last + 1)) {
      found.accept(
          "line "
              + line
              + " has the number "
              + row.number()
              + ", expected "
              + ((gapToSealed ? lastSealed : last) + 1)
              + (row.number() > last ? "; those between are missing" : ""));
    }
    if (Days.of(row.epochMillis()) != day) {
      found.accept("line " + line + " is of another day");
    }
    anyNumber = false;
    last = row.number();
    if (row.number() > lastSealed) {
      newest = Math.max(newest, row.number());
      batches++;
      samples += row.size();
    }
  }
}
