package io.vllmmonitor.persistence.series;

import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.persistence.json.DamagedLineException;
import io.vllmmonitor.persistence.json.GrowingFile;
import io.vllmmonitor.persistence.json.JsonFailures;
import io.vllmmonitor.persistence.json.LineReader;
import io.vllmmonitor.persistence.json.MarkFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The growing file of one day with its mark: a line per batch. Opened when something is appended,
 * and closed when the day rests. Used under the lock of its day.
 */
final class JsonTail {
  private static final Logger LOG = LoggerFactory.getLogger(JsonTail.class);

  private final Path path;
  private final MarkFile mark;
  private final DamageLog damage;
  private final boolean wait;
  private @Nullable GrowingFile file;
  private long end; // of the good lines

  /**
   * @param wait whether an append waits for the disk
   */
  JsonTail(Path folder, long day, boolean wait, DamageLog damage) {
    this.path = folder.resolve(JsonFileName.tail(day));
    this.mark = new MarkFile(folder.resolve(JsonFileName.mark(day)));
    this.wait = wait;
    this.damage = damage;
  }

  /**
   * What was found in the file.
   *
   * @param rows whose numbers lie behind the last sealed one
   * @param last number of the last line, or of the last sealed one
   * @param damaged whether lines were left out, so that the file should be sealed soon
   */
  record Loaded(List<TailRow> rows, long last, boolean damaged) {}

  /**
   * Reads the lines; those up to the last sealed one were sealed before a kill and count no more.
   *
   * @param millis names what is kept aside
   */
  Loaded load(long lastSealed, long millis) throws IOException {
    Reading reading = new Reading(lastSealed);
    if (Files.exists(path)) {
      try (LineReader lines = LineReader.open(path)) {
        boolean more = true;
        while (more) {
          more = reading.next(lines);
        }
      }
      end = reading.end;
      reading.bad += reading.torn ? reading.pending - 1 : reading.pending;
      if (reading.bad > 0) {
        keepAside(millis);
      } else if (reading.torn) {
        LOG.info("{} ended with half a line, which was never acknowledged", path);
      }
    }
    mark.compare(reading.last).ifPresent(loss -> damage.accept(JsonFailures.damaged(path, loss)));
    mark.close(); // until something is appended
    return new Loaded(reading.rows, reading.last, reading.bad > 0);
  }

  /** The file on its way through its lines. */
  private final class Reading {
    private final UnaryOperator<SeriesKey> keys = keys();
    private final List<TailRow> rows = new ArrayList<>();
    private long last;
    private long end; // of the good lines
    private long pending; // damaged lines since the last good one
    private long bad; // damaged lines before it
    private boolean torn; // the last line has no end

    Reading(long lastSealed) {
      this.last = lastSealed;
    }

    /** Whether there was one more line. */
    boolean next(LineReader lines) throws IOException {
      try {
        byte[] line = lines.next();
        if (line == null) {
          return false;
        }
        good(SampleLines.parseBatch(line, keys));
        end = lines.position();
      } catch (DamagedLineException e) {
        pending++;
        torn = LineReader.BREAKS_OFF.equals(e.getMessage());
        if (!torn) {
          tell("line " + lines.number() + " " + e.getMessage() + ", it is left out");
        }
      }
      return true;
    }

    private void good(TailRow row) {
      if (row.number() > last + 1 && pending == 0) {
        tell("lines " + (last + 1) + " to " + (row.number() - 1) + " are missing");
      }
      if (row.number() > last) {
        rows.add(row);
        last = row.number();
      }
      bad += pending;
      pending = 0;
    }

    private void tell(String found) {
      damage.accept(JsonFailures.damaged(path, found));
    }
  }

  private static UnaryOperator<SeriesKey> keys() {
    Map<SeriesKey, SeriesKey> known = new HashMap<>();
    return key -> {
      SeriesKey same = known.putIfAbsent(key, key);
      return same == null ? key : same;
    };
  }

  private void keepAside(long millis) throws IOException {
    Path aside = path.resolveSibling(path.getFileName() + ".damaged-" + millis);
    if (Files.notExists(aside)) {
      Files.copy(path, aside);
    }
  }

  /**
   * Adds lines, all or none.
   *
   * @param last number of the last of them
   */
  void append(List<byte[]> lines, long last) {
    try {
      open().append(lines, wait);
    } catch (IOException e) {
      rest(); // the next append opens it anew, and cuts off what may have been written
      throw JsonFailures.translate(path, "written", e);
    }
    mark.write(last);
  }

  private GrowingFile open() throws IOException {
    GrowingFile open = file;
    if (open == null) {
      open = GrowingFile.open(path, end);
      file = open;
    }
    return open;
  }

  /** All lines are sealed. */
  void clear() {
    try {
      open().clear();
    } catch (IOException e) {
      throw JsonFailures.translate(path, "emptied", e);
    }
  }

  /** The next append opens it again. */
  void rest() {
    try {
      GrowingFile open = file;
      if (open != null) {
        end = open.length();
        file = null;
        open.close();
      }
      mark.close();
    } catch (IOException e) {
      LOG.warn("Could not close {}", path, e);
    }
  }

  /** Deletes it with its mark. */
  void delete() throws IOException {
    rest();
    mark.delete(); // first, so that a kill leaves nothing that seems to be missing
    end = 0;
    Files.deleteIfExists(path);
  }
}
