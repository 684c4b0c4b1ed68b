package io.vllmmonitor.benchmarks.measure;

import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.core.guardrail.GuardrailRunner;
import io.vllmmonitor.core.guardrail.GuardrailStatus;
import io.vllmmonitor.core.incident.IncidentBook;
import io.vllmmonitor.core.view.Windows;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/**
 * Many guardrails on many targets, as dropped sources, through the platform, its gates and the
 * runner of each target, over windows of two minutes. Confined to one thread.
 */
final class GuardrailCrowd {
  private static final int GUARDRAILS = 500;
  private static final int TARGETS = 20;
  private static final int WINDOW = 120;
  private static final int WARM_TICKS = 15;
  private static final int QUICK_TICKS = 15;
  private static final int LONG_TICKS = 60;
  private static final int FIRST_PORT = 9_000;
  private static final int OTHER_SERIES = 200;
  private static final double[] BOUNDS = {0.01, 0.05, 0.1, 0.5, 1, 5, Double.POSITIVE_INFINITY};
  private static final double NANOS_OF_A_PERCENT = 1e7;

  private final Figures figures;
  private final int ticks;

  /** One target with what judges it. */
  private record Judged(Target target, Windows windows, GuardrailRunner runner) {}

  GuardrailCrowd(Figures figures, boolean quick) {
    this.figures = figures;
    this.ticks = quick ? QUICK_TICKS : LONG_TICKS;
  }

  void run(Path folder) throws IOException {
    try (BenchPlatform platform = BenchPlatform.open(folder)) {
      long begin = System.nanoTime();
      for (int i = 0; i < GUARDRAILS; i++) {
        platform.drop(
            "Many" + i + ".java",
            MadeGuardrail.ofMany("many-" + i, "Many" + i, i).getBytes(StandardCharsets.UTF_8));
      }
      platform.look();
      figures.put(
          "500 dropped sources are taken in, s", Figures.OURS, (System.nanoTime() - begin) / 1e9);
      List<Judged> judged = new ArrayList<>();
      for (int i = 0; i < TARGETS; i++) {
        judged.add(judged(platform, BenchPlatform.target(FIRST_PORT + i)));
      }
      figures.step("  " + GUARDRAILS + " guardrails on " + TARGETS + " targets");
      measure(judged);
    }
  }

  private void measure(List<Judged> judged) {
    List<SeriesKey> page = page();
    Instant at = Instant.now().minus(Duration.ofHours(1));
    int scrape = 0;
    for (; scrape < WINDOW; scrape++) {
      at = at.plusSeconds(1);
      append(judged, page, at, scrape);
    }
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    List<Double> percent = new ArrayList<>();
    for (int tick = -WARM_TICKS; tick < ticks; tick++) {
      at = at.plusSeconds(1);
      append(judged, page, at, scrape++);
      long begin = threads.getCurrentThreadCpuTime();
      for (Judged one : judged) {
        one.runner().evaluate(one.windows(), at);
      }
      if (tick >= 0) {
        percent.add((threads.getCurrentThreadCpuTime() - begin) / NANOS_OF_A_PERCENT);
      }
    }
    check(judged);
    figures.put(PluginRequirements.SHARE, Figures.OURS, Medians.of(percent));
    figures.note(
        "500 guardrails of five kinds, with and without windows, on 20 targets of "
            + page.size()
            + " series; median of "
            + ticks
            + " seconds, CPU of the judging thread");
  }

  /** Every guardrail was called at every tick and had an answer. */
  private void check(List<Judged> judged) {
    long right = 0;
    for (Judged one : judged) {
      for (GuardrailStatus status : one.runner().statuses()) {
        right +=
            status.evaluations() == WARM_TICKS + ticks
                    && status.standing() == GuardrailStatus.Standing.PASS
                ? 1
                : 0;
      }
    }
    if (right != (long) GUARDRAILS * TARGETS) {
      figures.complain(
          Figures.OURS,
          PluginRequirements.SHARE,
          "is that of " + right + " guardrails, not of " + GUARDRAILS * TARGETS);
    }
  }

  private static Judged judged(BenchPlatform platform, Target target) {
    Windows windows = new Windows(target.id(), target.scrapeInterval(), platform.catalog());
    InstantSource clock = InstantSource.system();
    GuardrailRunner runner =
        new GuardrailRunner(
            target,
            platform.platform().forTarget(target),
            new IncidentBook(
                target.id(), platform.memory(), platform.memory(), platform.ids(), clock),
            platform.memory(),
            platform.memory(),
            platform.problems(),
            platform.ids(),
            clock);
    return new Judged(target, windows, runner);
  }

  private static void append(List<Judged> judged, List<SeriesKey> page, Instant at, int scrape) {
    double[] values = values(page.size(), scrape);
    for (Judged one : judged) {
      one.windows().append(new SampleBatch(one.target().id(), at, page, values));
    }
  }

  private static List<SeriesKey> page() {
    List<SeriesKey> page = new ArrayList<>();
    page.add(SeriesKey.of("vllm:kv_cache_usage_perc"));
    page.add(SeriesKey.of("vllm:num_requests_running"));
    page.add(SeriesKey.of("vllm:num_requests_waiting"));
    page.add(SeriesKey.of("vllm:num_preemptions_total"));
    for (double bound : BOUNDS) {
      String le = Double.isInfinite(bound) ? "+Inf" : Double.toString(bound);
      page.add(new SeriesKey("vllm:time_to_first_token_seconds_bucket", Labels.of("le", le)));
    }
    for (int i = 0; i < OTHER_SERIES; i++) {
      page.add(new SeriesKey("vllm:other", Labels.of("number", Integer.toString(i))));
    }
    return List.copyOf(page);
  }

  private static double[] values(int size, int scrape) {
    double[] values = new double[size];
    values[0] = 0.4 + 0.1 * Math.sin(scrape / 10.0);
    values[1] = 8 + scrape % 3;
    values[2] = scrape % 5;
    values[3] = Math.floor(scrape / 30.0);
    for (int i = 0; i < BOUNDS.length; i++) {
      values[4 + i] = (double) scrape * (i + 1);
    }
    for (int i = 4 + BOUNDS.length; i < size; i++) {
      values[i] = i + scrape % 7;
    }
    return values;
  }
}
