package io.vllmmonitor.persistence.ingest;

import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads bodies of exposition text, Prometheus text format 0.0.4 with times in milliseconds. A body
 * may hold many scrapes: consecutive lines of one time and one {@code instance} are one batch. A
 * series that comes again ends the batch, so that no batch holds a series twice. Lines without a
 * time are of now.
 *
 * <p>Lines that begin as they did in the last scrape are compared, not read; see {@link PageShape}.
 * Batches of an unchanged page have the very same list of series.
 *
 * <p>Confined to one thread; a body that fails leaves it usable. Times before 1970 are refused,
 * times ahead of the clock are left to the store.
 */
final class ExpositionParser {
  private final PageShapes shapes;
  private final NumberReader numbers = new NumberReader();
  private double[] values = {};

  // The body at hand.
  private byte[] body = {};
  private int to;
  private PushDefaults defaults = PushDefaults.STANDARD;
  private long now;
  private int at;
  private List<SampleBatch> batches = List.of();
  private int samples;
  private int newSeries;
  private final BodyDays days = new BodyDays();

  // The scrape at hand.
  private @Nullable PageShape shape;
  private int count;
  private long time;
  private int tailFrom;
  private int tailTo;

  ExpositionParser(PageShapes shapes) {
    this.shapes = shapes;
  }

  /**
   * Reads a whole body.
   *
   * @param text only read while this runs
   * @param length how many bytes of it are the body
   * @param nowMillis the time of lines without one
   * @return in the order of the body; all of it
   * @throws MonitorException INGEST_MALFORMED_LINE or INGEST_LIMIT with the number of the line
   */
  List<SampleBatch> parse(byte[] text, int length, PushDefaults pushed, long nowMillis) {
    body = text;
    to = length;
    defaults = pushed;
    now = nowMillis;
    at = 0;
    samples = 0;
    newSeries = 0;
    batches = new ArrayList<>();
    days.clear();
    try {
      while (skipComments()) {
        scrape();
      }
      return batches;
    } finally {
      body = new byte[0];
      batches = List.of();
      shape = null;
    }
  }

  private void scrape() {
    PageShape known = knownShape();
    shape = known;
    count = 0;
    if (known != null) {
      expected(known);
    }
    if (known != null && count == known.size() && isPageOver(known)) {
      emit(known);
    } else {
      other(known);
    }
  }

  private @Nullable PageShape knownShape() {
    PageShape last = shape;
    if (last != null && last.isNext(0, body, at, to)) {
      return last;
    }
    return shapes.find(defaults, new Spelling(body, at, headEnd(at)));
  }

  /** Reads lines as long as they begin as expected and are of one time. */
  private void expected(PageShape known) {
    int size = known.size();
    if (values.length != size) {
      values = new double[size];
    }
    while (count < size && known.isNext(count, body, at, to)) {
      double value;
      try {
        value = numbers.read(body, at + known.length(count), to);
      } catch (NumberFormatException e) {
        return; // the other way of reading says what is wrong
      }
      int tail = numbers.end();
      int next = tail + tailTo - tailFrom;
      if (count == 0) {
        next = tail(at, tail);
      } else if (next > to || !Arrays.equals(body, tail, next, body, tailFrom, tailTo)) {
        long first = time;
        next = tail(at + known.commentLength(count), tail);
        if (time != first) {
          time = first;
          return;
        }
      }
      values[count++] = value;
      at = next;
    }
  }

  /** After all expected lines: whether no further line belongs to this scrape. */
  private boolean isPageOver(PageShape known) {
    int end = at;
    if (known.isNext(0, body, at, to) || !skipComments()) {
      return true;
    }
    int line = at;
    at = end;
    long first = time;
    int head = headEnd(line);
    value(line, head);
    tail(line, numbers.end());
    boolean other = time != first;
    time = first;
    return other;
  }

  /** Reads the rest of a scrape whose lines are not all as expected, and keeps its new shape. */
  private void other(@Nullable PageShape known) {
    int place = count;
    Lines lines = new Lines(known, count);
    int from = at;
    while (skipComments()) {
      int line = at;
      int head = headEnd(line);
      SeriesKey key;
      int found = known == null ? -1 : find(known, place, line, head);
      if (known != null && found >= 0) {
        key = known.series().get(found);
        place = found + 1;
      } else {
        key = read(line, head);
      }
      double value = value(line, head);
      long first = time;
      int next = tail(line, numbers.end());
      if (count > 0 && (time != first || !lines.admits(key))) {
        time = first;
        break;
      }
      lines.add(body, count == 0 ? line : from, line, head, key);
      keep(value);
      at = next;
      from = next;
    }
    PageShape page = lines.shape();
    if (page != known) {
      shape = page;
      shapes.put(defaults, page);
    }
    emit(page);
  }

  private int find(PageShape known, int place, int line, int head) {
    if (place < known.size()
        && known.length(place) - known.commentLength(place) == head - line
        && known.isLine(place, body, line)) {
      return place;
    }
    return known.find(new Spelling(body, line, head));
  }

  private void keep(double value) {
    if (count >= values.length) {
      values = Arrays.copyOf(values, Math.max(16, 2 * count));
    }
    values[count++] = value;
  }

  private SeriesKey read(int line, int head) {
    if (++newSeries > IngestLimits.NEW_SERIES) {
      throw BadLine.overLimit(
          body, line, to, "at most " + IngestLimits.NEW_SERIES + " new series in a body");
    }
    return new SeriesText(body, line, SeriesText.end(body, line, head), defaults).parse();
  }

  private void emit(PageShape page) {
    samples += count;
    if (samples > IngestLimits.SAMPLES) {
      throw BadLine.overLimit(
          body, at, to, "at most " + IngestLimits.SAMPLES + " samples in a body");
    }
    if (!days.admit(time)) {
      throw BadLine.overLimit(
          body, at, to, "samples of at most " + IngestLimits.DAYS + " days in a body");
    }
    double[] column = values.length == count ? values : Arrays.copyOf(values, count);
    batches.add(new SampleBatch(page.target(), Instant.ofEpochMilli(time), page.series(), column));
  }

  /** Goes to the next line with a sample; false at the end of the body. */
  private boolean skipComments() {
    while (at < to) {
      int start = at;
      while (start < to && SeriesText.isSpace(body[start])) {
        start++;
      }
      if (start < to && body[start] != '#' && body[start] != '\n' && body[start] != '\r') {
        at = start;
        return true;
      }
      while (start < to && body[start] != '\n') {
        start++;
      }
      if (start == to) {
        throw cutOff(at);
      }
      at = start + 1;
    }
    return false;
  }

  /** Where the value of this line begins. */
  private int headEnd(int line) {
    int end = SeriesText.end(body, line, to);
    if (end < 0) {
      throw BadLine.malformed(body, line, to, "a closing '}' after the labels");
    }
    int value = skipSpace(end);
    if (value >= to || body[value] == '\n' || body[value] == '\r') {
      throw BadLine.malformed(body, line, to, "a value after the name and labels");
    }
    return value;
  }

  private double value(int line, int from) {
    try {
      return numbers.read(body, from, to);
    } catch (NumberFormatException e) {
      throw BadLine.malformed(body, line, to, e.getMessage() + " as the value");
    }
  }

  /**
   * Reads what follows a value into the time of the line; where the next line begins.
   *
   * @param line where the line begins
   */
  private int tail(int line, int from) {
    int start = skipSpace(from);
    int end = start;
    time = now;
    if (end < to && body[end] != '\n' && body[end] != '\r') {
      end = time(line, start);
    }
    end = skipSpace(end);
    if (end < to && body[end] == '\r') {
      end++;
    }
    if (end >= to) {
      throw cutOff(line);
    }
    if (body[end] != '\n') {
      throw BadLine.malformed(body, line, to, "a time in milliseconds or the end of the line");
    }
    tailFrom = from;
    tailTo = end + 1;
    return end + 1;
  }

  private int time(int line, int from) {
    int end = from;
    boolean negative = body[end] == '-';
    if (negative) {
      end++;
    }
    int first = end;
    long millis = 0;
    while (end < to && body[end] >= '0' && body[end] <= '9') {
      int digit = body[end++] - '0';
      if (millis > (Long.MAX_VALUE - digit) / 10) {
        throw BadLine.malformed(body, line, to, "a time in milliseconds that fits 64 bits");
      }
      millis = millis * 10 + digit;
    }
    if (end == first) {
      throw BadLine.malformed(body, line, to, "a time in milliseconds or the end of the line");
    }
    if (negative && millis > 0) {
      throw BadLine.overLimit(body, line, to, "a time since 1970");
    }
    time = millis;
    return end;
  }

  private int skipSpace(int from) {
    int next = from;
    while (next < to && SeriesText.isSpace(body[next])) {
      next++;
    }
    return next;
  }

  private MonitorException cutOff(int line) {
    return BadLine.malformed(body, line, to, "a line feed at its end; the body was cut off");
  }
}
