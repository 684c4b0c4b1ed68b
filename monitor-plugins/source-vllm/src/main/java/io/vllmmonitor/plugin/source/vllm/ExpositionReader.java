package io.vllmmonitor.plugin.source.vllm;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.SeriesKey;
import java.util.Arrays;

/**
 * Reads an exposition page, Prometheus text 0.0.4 or OpenMetrics 1.0, byte by byte. Names stay as
 * exposed; comments and metadata are passed over; timestamps and exemplars are checked for form and
 * ignored, since a sample belongs to the instant of the scrape (vLLM sends neither). A page whose
 * last line has no end, or an OpenMetrics page without {@code # EOF}, was cut off and is refused:
 * its last number may be half a number. A series that comes twice with the same bits counts once.
 *
 * <p>Keeps the key objects from page to page. Confined to one thread; a page that fails leaves it
 * usable.
 */
final class ExpositionReader {
  private static final int MOST_SAMPLES = 50_000;
  private static final byte[] EOF = {'#', ' ', 'E', 'O', 'F'};

  /** Takes the samples of a page, each series once. */
  @FunctionalInterface
  interface Into {
    void sample(SeriesKey series, double value);
  }

  private final SeriesCache cache = new SeriesCache();
  private long pages;

  private byte[] page = {};
  private int line;
  private int samples;

  /**
   * Reads a whole page.
   *
   * @param openMetrics whether the server said that it is OpenMetrics, which must end in {@code #
   *     EOF}
   * @return how many sample lines there were
   * @throws MonitorException SCRAPE_MALFORMED_LINE, SCRAPE_DUPLICATE_SERIES and the limits' codes;
   *     what had been read until then was given out
   */
  int read(byte[] text, boolean openMetrics, Into into) {
    page = text;
    pages++;
    line = 0;
    samples = 0;
    try {
      lines(openMetrics, into);
      return samples;
    } finally {
      // Also after a failure: pages that fail again and again must not fill the cache.
      cache.pageRead(pages, samples);
      page = new byte[0];
    }
  }

  private void lines(boolean openMetrics, Into into) {
    boolean ended = false;
    int at = 0;
    while (at < page.length) {
      line++;
      int lineFeed = indexOf('\n', at);
      int end = lineFeed < 0 ? page.length : lineFeed;
      if (end > at && page[end - 1] == '\r') {
        end--;
      }
      if (lineFeed < 0 && !(openMetrics && isEof(at, end))) {
        throw MalformedLine.at(line, page, at, end, "a line feed; the page was cut off");
      }
      int start = skipSpace(at, end);
      if (start < end) {
        if (ended) {
          throw MalformedLine.at(line, page, at, end, "nothing after # EOF");
        }
        if (page[start] == '#') {
          ended = openMetrics && isEof(start, end);
        } else {
          sample(start, end, into);
        }
      }
      at = lineFeed < 0 ? page.length : lineFeed + 1;
    }
    if (openMetrics && !ended) {
      throw MalformedLine.at(line, page, 0, 0, "# EOF at the end; the page was cut off");
    }
  }

  private void sample(int from, int to, Into into) {
    if (++samples > MOST_SAMPLES) {
      throw MalformedLine.refused(
          ErrorCode.SCRAPE_TOO_MANY_SAMPLES,
          line,
          page,
          from,
          to,
          "at most " + MOST_SAMPLES + " samples on a page");
    }
    int seriesEnd = SeriesText.end(page, from, to);
    if (seriesEnd < 0) {
      throw MalformedLine.at(line, page, from, to, "a closing '}' after the labels");
    }
    SeriesCache.Entry entry = cache.find(page, from, seriesEnd);
    if (entry == null) {
      entry = cache.add(page, from, seriesEnd, new SeriesText(page, from, seriesEnd, line).parse());
    }
    double value = value(from, seriesEnd, to);
    if (entry.isFirst(pages, value)) {
      into.sample(entry.key(), value);
    } else if (!entry.hasBits(value)) {
      throw MalformedLine.refused(
          ErrorCode.SCRAPE_DUPLICATE_SERIES,
          line,
          page,
          from,
          to,
          "one value per series; it came before with another one");
    }
  }

  private double value(int from, int seriesEnd, int to) {
    int start = skipSpace(seriesEnd, to);
    int end = tokenEnd(start, to);
    double value;
    try {
      value = DecimalText.parse(page, start, end);
    } catch (NumberFormatException e) {
      throw MalformedLine.at(
          line, page, from, to, "a decimal number, NaN or Inf as the value, " + e.getMessage());
    }
    int rest = skipSpace(end, to);
    if (rest < to && page[rest] != '#') {
      rest = timestamp(from, rest, to);
    }
    if (rest < to) {
      exemplar(from, rest, to);
    }
    return value;
  }

  private int timestamp(int from, int start, int to) {
    int end = tokenEnd(start, to);
    try {
      if (!Double.isFinite(DecimalText.parse(page, start, end))) {
        throw new NumberFormatException("not finite");
      }
    } catch (NumberFormatException e) {
      throw MalformedLine.at(
          line, page, from, to, "a timestamp or the end of the line after the value");
    }
    return skipSpace(end, to);
  }

  private void exemplar(int from, int start, int to) {
    int brace = skipSpace(start + 1, to);
    if (page[start] != '#' || brace >= to || page[brace] != '{') {
      throw MalformedLine.at(line, page, from, to, "an exemplar or the end of the line");
    }
  }

  private boolean isEof(int from, int to) {
    return Arrays.equals(page, from, to, EOF, 0, EOF.length);
  }

  private int indexOf(char wanted, int from) {
    for (int i = from; i < page.length; i++) {
      if (page[i] == wanted) {
        return i;
      }
    }
    return -1;
  }

  private int skipSpace(int from, int to) {
    int at = from;
    while (at < to && SeriesText.isSpace(page[at])) {
      at++;
    }
    return at;
  }

  private int tokenEnd(int from, int to) {
    int at = from;
    while (at < to && !SeriesText.isSpace(page[at])) {
      at++;
    }
    return at;
  }
}
