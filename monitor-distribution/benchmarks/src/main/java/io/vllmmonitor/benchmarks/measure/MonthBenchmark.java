package io.vllmmonitor.benchmarks.measure;

import io.vllmmonitor.benchmarks.peer.Answer;
import io.vllmmonitor.benchmarks.peer.Folders;
import io.vllmmonitor.benchmarks.peer.OurDaemon;
import io.vllmmonitor.benchmarks.peer.Question;
import io.vllmmonitor.persistence.engine.DataDirectory;
import io.vllmmonitor.persistence.engine.StoreEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Measures a store of thirty days: makes it in virtual time, opens it, starts the daemon of the
 * bundle on it with and without its archive of classes, and asks that daemon. Steps go to standard
 * error, the table to standard output. Exit code 0 when every answer is right, 1 when not, 2 when
 * the call is wrong. Nothing is judged by its speed: there is no rival here.
 */
public final class MonthBenchmark {
  private static final int OPENINGS = 5;
  private static final int STARTS = 5;
  private static final double ROUNDING = 1e-9;
  private static final double MEBIBYTE = 1048576.0;

  private final Setting setting;
  private final int engines;
  private final Duration interval;
  private final List<List<String>> rows = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private boolean wrong;

  private MonthBenchmark(Setting setting) {
    this.setting = setting;
    this.engines = setting.quick() ? 1 : 4;
    this.interval = Duration.ofSeconds(setting.quick() ? 30 : 15);
    rows.add(List.of("figure", Figures.OURS));
  }

  public static void main(String[] arguments) throws Exception {
    Setting setting;
    try {
      setting = Setting.of(List.of(arguments));
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.exit(2);
      return;
    }
    System.exit(new MonthBenchmark(setting).run());
  }

  private int run() throws IOException {
    Folders.delete(setting.scratch());
    Files.createDirectories(setting.scratch());
    String head;
    try {
      Path folder = setting.scratch().resolve("month");
      MonthData data = make(folder.resolve("data"));
      head = head(data);
      open(folder.resolve("data"));
      serve(folder, data);
    } finally {
      Folders.delete(setting.scratch());
    }
    notes.add(Surroundings.load());
    StringBuilder text = new StringBuilder(head).append(RatioTable.table(rows)).append('\n');
    notes.forEach(note -> text.append("* ").append(note).append('\n'));
    System.out.println(text);
    if (setting.markdown() != null) {
      ResultsDocument.replace(setting.markdown(), "month", text.toString());
    }
    System.out.println("month " + (setting.quick() ? "quick " : "") + (wrong ? "WRONG" : "done"));
    return wrong ? 1 : 0;
  }

  private String head(MonthData data) throws IOException {
    return String.join(
            " · ",
            LocalDate.now(ZoneOffset.UTC).toString(),
            "commit " + setting.commit(),
            Surroundings.machine(),
            "JDK " + System.getProperty("java.vm.version"),
            String.format(
                    Locale.ROOT,
                    "%,d samples: %d days of %,d series, scraped every %d s",
                    data.samples(),
                    MonthData.SPAN.toDays(),
                    data.series(),
                    interval.toSeconds())
                + (setting.quick() ? " (quick)" : ""))
        + "\n\n";
  }

  private MonthData make(Path directory) throws IOException {
    step("making " + MonthData.SPAN.toDays() + " days");
    long start = System.nanoTime();
    MonthData data = MonthData.fill(directory, engines, interval, Instant.now());
    put("made in, s (scrapes made up, stored, sealed, aggregated)", seconds(start));
    Path metrics = directory.resolve("metrics");
    long rollups = Folders.bytes(metrics, MonthBenchmark::isRollup);
    long days = Folders.bytes(metrics, file -> !isRollup(file));
    put("bytes per sample, day files", (double) days / data.samples());
    put("bytes per sample, aggregates of minutes and hours", (double) rollups / data.samples());
    put("day files, MiB", days / MEBIBYTE);
    return data;
  }

  private static boolean isRollup(Path file) {
    return file.getFileName().toString().startsWith("rollup");
  }

  private void open(Path directory) {
    step("opening");
    boolean cold = true;
    List<Double> times = new ArrayList<>();
    InstantSource clock = InstantSource.system();
    for (int i = 0; i < OPENINGS; i++) {
      cold = PageCache.drop() && cold;
      long start = System.nanoTime();
      try (DataDirectory opened = DataDirectory.open(directory, clock);
          StoreEngine engine = StoreEngine.open(opened, clock, System::nanoTime)) {
        times.add(seconds(start) * 1e3);
        step("  " + engine.series().statistics().series() + " series");
      }
    }
    put("store open, ms", Medians.of(times));
    notes.add(
        cold
            ? "the page cache of the machine was dropped before every opening and every start"
            : "the page cache could not be dropped (needs root): openings and starts were warm");
  }

  private void serve(Path folder, MonthData data) throws IOException {
    try (OurDaemon daemon = new OurDaemon(setting.bundle(), folder)) {
      step("starting the daemon without an archive of classes");
      Question probe = data.latest();
      dropCache();
      put("first answer after the first start, ms", millis(daemon.startAndTime(probe)));
      put("resident memory then, MiB", daemon.residentBytes() / MEBIBYTE);
      long stop = System.nanoTime();
      daemon.stop();
      put("first stop, which makes the archive of classes, s", seconds(stop));
      List<Double> times = new ArrayList<>();
      step("starting it again, " + STARTS + " times");
      for (int i = 0; i < STARTS; i++) {
        dropCache();
        times.add(millis(daemon.startAndTime(probe)));
        if (i < STARTS - 1) {
          daemon.stop();
        }
      }
      put("first answer after a restart, ms", Medians.of(times));
      put("resident memory after a restart, MiB", daemon.residentBytes() / MEBIBYTE);
      queries(daemon, data);
      put("resident memory after the queries, MiB", daemon.residentBytes() / MEBIBYTE);
      put("peak memory, MiB", daemon.peakBytes() / MEBIBYTE);
      daemon.stop();
    }
  }

  private void dropCache() {
    if (!PageCache.drop()) {
      step("  (the page cache was not dropped)");
    }
  }

  private void queries(OurDaemon daemon, MonthData data) throws IOException {
    step("asking");
    ask(daemon, "raw 1 h of one series", data.rawHour(), data.rawHourAnswer(), 100);
    ask(
        daemon,
        "average by hour of one series, 30 days",
        data.hourlyAverages(),
        data.hourlyAveragesAnswer(),
        20);
    ask(daemon, "latest of all series", data.latest(), data.latestAnswer(), 40);
  }

  /** The first time, and the median of some more. */
  private void ask(OurDaemon daemon, String what, Question question, Answer right, int repetitions)
      throws IOException {
    long start = System.nanoTime();
    Answer found = Answer.parse(daemon.ask(question));
    put(what + ", the first time, ms", seconds(start) * 1e3);
    double difference = found.differenceFrom(right);
    if (difference > ROUNDING) {
      wrong = true;
      notes.add(
          "the answer to '%s' is WRONG: %d samples, right are %d; off by %s"
              .formatted(what, found.size(), right.size(), difference));
    }
    List<Double> times = new ArrayList<>();
    for (int i = 0; i < repetitions; i++) {
      long begin = System.nanoTime();
      int length = daemon.ask(question).length;
      times.add(seconds(begin) * 1e3);
      if (length == 0) {
        throw new IOException("'" + what + "' was answered with nothing");
      }
    }
    put(what + ", ms", Medians.of(times));
  }

  private void put(String figure, double value) {
    rows.add(List.of(figure, Numbers.text(value)));
    step("  " + figure + ": " + Numbers.text(value));
  }

  private static void step(String text) {
    System.err.println(text);
  }

  private static double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }

  private static double millis(Duration time) {
    return time.toNanos() / 1e6;
  }
}
