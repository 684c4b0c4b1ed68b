package io.vllmmonitor.benchmarks.measure;

import io.vllmmonitor.benchmarks.workload.ExpositionText;
import io.vllmmonitor.benchmarks.workload.RegexParser;
import io.vllmmonitor.benchmarks.workload.Scrape;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** Reads the same pages with our parser and with one of regular expressions. */
final class ParserRace {
  private static final int PAGES = 100;
  private static final Duration WARM = Duration.ofSeconds(2);
  private static final Duration MEASURED = Duration.ofSeconds(3);

  private ParserRace() {}

  static void run(List<Scrape> scrapes, Figures figures) {
    ExpositionText text = new ExpositionText();
    List<byte[]> pages = new ArrayList<>();
    for (int i = 0; i < Math.min(PAGES, scrapes.size()); i++) {
      pages.add(text.encode(scrapes.get(i), 1_700_000_000_000L + i * 1000L));
    }
    List<String> strings =
        pages.stream().map(page -> new String(page, StandardCharsets.UTF_8)).toList();
    LongAdder samples = new LongAdder();
    speed(
        WARM, pages, i -> RegexParser.parse(strings.get(i), (name, value) -> samples.increment()));
    double regex =
        speed(
            MEASURED,
            pages,
            i -> RegexParser.parse(strings.get(i), (name, value) -> samples.increment()));
    figures.put(Requirement.PARSER, Requirement.REGEX, regex);
  }

  private interface Reading {
    void read(int page);
  }

  /** MB/s. */
  private static double speed(Duration time, List<byte[]> pages, Reading reading) {
    long start = System.nanoTime();
    long end = start + time.toNanos();
    long bytes = 0;
    long now = start;
    for (int i = 0; now < end; i = (i + 1) % pages.size()) {
      reading.read(i);
      bytes += pages.get(i).length;
      now = System.nanoTime();
    }
    return bytes * 1e3 / (now - start);
  }
}
