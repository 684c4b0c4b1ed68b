package io.vllmmonitor.benchmarks.workload;

import io.vllmmonitor.api.sample.SeriesKey;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.IdentityHashMap;
import java.util.List;

/** Writes scrapes as exposition text with times in milliseconds. Used by one thread. */
public final class ExpositionText {
  private final IdentityHashMap<List<SeriesKey>, byte[][]> names = new IdentityHashMap<>();

  /** One line a sample. */
  public byte[] encode(Scrape scrape, long time) {
    byte[][] starts = names.computeIfAbsent(scrape.series(), ExpositionText::starts);
    byte[] end = (" " + time + "\n").getBytes(StandardCharsets.US_ASCII);
    ByteArrayOutputStream page = new ByteArrayOutputStream(starts.length * 150);
    for (int i = 0; i < starts.length; i++) {
      page.writeBytes(starts[i]);
      page.writeBytes(number(scrape.values()[i]).getBytes(StandardCharsets.US_ASCII));
      page.writeBytes(end);
    }
    return page.toByteArray();
  }

  private static byte[][] starts(List<SeriesKey> series) {
    return series.stream()
        .map(key -> (key + " ").getBytes(StandardCharsets.UTF_8))
        .toArray(byte[][]::new);
  }

  /** As Python's client prints it: whole numbers end in {@code .0}. */
  static String number(double value) {
    if (Double.isNaN(value)) {
      return "NaN";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "+Inf" : "-Inf";
    }
    boolean whole = value == Math.rint(value) && Math.abs(value) < 1e15;
    boolean negativeZero = value == 0 && 1 / value < 0;
    return whole && !negativeZero ? (long) value + ".0" : Double.toString(value);
  }
}
