package io.vllmmonitor.persistence.ingest;

import java.util.ArrayList;
import java.util.List;

/**
 * Prints how fast bodies are read: {@code java … ParserSpeed [series [scrapes a body]]}. Not a
 * test: its figures depend on the machine.
 */
final class ParserSpeed {
  private static final int PAGES = 64;

  private ParserSpeed() {}

  public static void main(String[] arguments) {
    int series = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1_000;
    PushedPage page = new PushedPage(series, "gpu1:8000", 1);
    List<byte[]> bodies = new ArrayList<>();
    long bytes = 0;
    for (int i = 0; i < PAGES; i++) {
      bodies.add(page.next(1_700_000_000_000L + 1_000L * i));
      bytes += bodies.get(i).length;
    }
    System.out.printf("%d series, %d bytes a page%n", series, bytes / PAGES);
    ExpositionParser parser = new ExpositionParser(new PageShapes());
    double ours =
        best(
            bodies,
            bytes,
            40,
            body -> parser.parse(body, body.length, PushDefaults.STANDARD, 0).size());
    double rival = best(bodies, bytes, 3, body -> RegexReader.read(body, body.length).size());
    System.out.printf(
        "byte-level %.0f MB/s, %.1f M samples/s; regex %.1f MB/s; ratio %.1f%n",
        ours, ours * 1e6 / (bytes / (double) PAGES) * series / 1e6, rival, ours / rival);
  }

  private interface Reading {
    long read(byte[] body);
  }

  /** Megabytes a second of the best of ten rounds. */
  private static double best(List<byte[]> bodies, long bytes, int repeats, Reading reading) {
    double best = 0;
    long read = 0;
    for (int round = 0; round < 10; round++) {
      long start = System.nanoTime();
      for (int i = 0; i < repeats; i++) {
        for (byte[] body : bodies) {
          read += reading.read(body);
        }
      }
      best = Math.max(best, bytes * repeats / ((System.nanoTime() - start) / 1e9) / 1e6);
    }
    if (read == 0) {
      throw new IllegalStateException("nothing was read");
    }
    return best;
  }
}
