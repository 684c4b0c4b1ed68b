package io.vllmmonitor.benchmarks.measure;

import io.vllmmonitor.benchmarks.peer.DiscardedSeries;
import io.vllmmonitor.benchmarks.workload.ExpositionText;
import io.vllmmonitor.benchmarks.workload.RegexParser;
import io.vllmmonitor.benchmarks.workload.Scrape;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** Reads the same pages with our parser and with one of regular expressions. */
final class ParserRace {
  private static final int PAGES = 160;
  private static final int SCRAPES = 16;
  private static final long FIRST = 1_700_000_000_000L;
  private static final Duration WARM = Duration.ofSeconds(2);
  private static final Duration MEASURED = Duration.ofSeconds(3);

  private ParserRace() {}

  static void run(List<Scrape> scrapes, Figures figures) {
    ExpositionText text = new ExpositionText();
    List<byte[]> bodies = new ArrayList<>();
    for (int first = 0; first + SCRAPES <= Math.min(PAGES, scrapes.size()); first += SCRAPES) {
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      for (int i = first; i < first + SCRAPES; i++) {
        body.writeBytes(text.encode(scrapes.get(i), FIRST + i * 1000L));
      }
      bodies.add(body.toByteArray());
    }
    List<String> strings =
        bodies.stream().map(body -> new String(body, StandardCharsets.UTF_8)).toList();
    LongAdder samples = new LongAdder();
    DiscardedSeries.Reader reader = new DiscardedSeries.Reader();
    Reading ours = i -> samples.add(reader.read(bodies.get(i)));
    Reading regex = i -> RegexParser.parse(strings.get(i), (name, value) -> samples.increment());
    speed(WARM, bodies, ours);
    speed(WARM, bodies, regex);
    figures.put(Requirement.PARSER, Figures.OURS, speed(MEASURED, bodies, ours));
    figures.put(Requirement.PARSER, Requirement.REGEX, speed(MEASURED, bodies, regex));
    figures.note(
        "the parser is measured through the ingest, "
            + SCRAPES
            + " scrapes a body, with a store that keeps nothing; "
            + Requirement.REGEX
            + ": "
            + Numbers.text(figures.get(Requirement.PARSER, Requirement.REGEX))
            + " MB/s");
  }

  private interface Reading {
    void read(int page);
  }

  /** MB/s. */
  private static double speed(Duration time, List<byte[]> bodies, Reading reading) {
    long start = System.nanoTime();
    long end = start + time.toNanos();
    long bytes = 0;
    long now = start;
    for (int i = 0; now < end; i = (i + 1) % bodies.size()) {
      reading.read(i);
      bytes += bodies.get(i).length;
      now = System.nanoTime();
    }
    return bytes * 1e3 / (now - start);
  }
}
