package io.vllmmonitor.core.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.StaleMarker;
import io.vllmmonitor.api.target.TargetId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random histories, judged once by the windows and once by the plainest code there is. */
class WindowsAgainstReferenceTest {
  private static final TargetId TARGET = new TargetId("127.0.0.1:8000");
  private static final long FRESH = 15_000;
  private static final String[] BOUNDS = {"0.1", "0.5", "1.0", "5.0", "+Inf"};

  private final Map<SeriesKey, TreeMap<Long, Double>> reference = new TreeMap<>();
  private final Windows windows = new Windows(TARGET, Duration.ofSeconds(1), new MetricCatalog());

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void windowsAgreeWithTheReference(long seed) {
    Random random = new Random(seed);
    double[][] counts = new double[3][BOUNDS.length];
    boolean[] present = {true, true, true};
    long now = 1_800_000_000_000L;
    for (int step = 0; step < 400; step++) {
      now += 200 + random.nextInt(3_000);
      scrape(now, random, counts, present);
      long at = random.nextInt(4) == 0 ? now - random.nextInt(60_000) : now;
      compare(seed, at, 1 + random.nextInt(120), random.nextDouble());
    }
  }

  private void scrape(long now, Random random, double[][] counts, boolean[] present) {
    List<SeriesKey> keys = new ArrayList<>();
    List<Double> values = new ArrayList<>();
    for (int engine = 0; engine < counts.length; engine++) {
      boolean was = present[engine];
      if (random.nextInt(15) == 0) {
        present[engine] = !was;
      }
      if (random.nextInt(25) == 0) {
        counts[engine] = new double[BOUNDS.length]; // a restart
      }
      observe(random, counts[engine]);
      for (int i = 0; i < BOUNDS.length; i++) {
        if (present[engine] || was) {
          SeriesKey key =
              new SeriesKey(
                  "h_bucket", Labels.of("engine", Integer.toString(engine), "le", BOUNDS[i]));
          double value = present[engine] ? counts[engine][i] : StaleMarker.value();
          keys.add(key);
          values.add(value);
          reference.computeIfAbsent(key, unused -> new TreeMap<>()).put(now, value);
        }
      }
    }
    double[] column = values.stream().mapToDouble(Double::doubleValue).toArray();
    windows.append(new SampleBatch(TARGET, Instant.ofEpochMilli(now), keys, column));
  }

  private static void observe(Random random, double[] cumulative) {
    int observations = random.nextInt(4);
    for (int i = 0; i < observations; i++) {
      for (int bucket = random.nextInt(BOUNDS.length); bucket < BOUNDS.length; bucket++) {
        cumulative[bucket]++;
      }
    }
  }

  private void compare(long seed, long at, int seconds, double q) {
    RecordingView view = windows.view(Instant.ofEpochMilli(at), false);
    String what = "seed " + seed + " at " + at + " over " + seconds + " s";
    String all = "h_bucket{le=\"+Inf\"}";
    near(view.increase(all, seconds), reference(at, seconds, "+Inf", 0), what);
    near(view.rate(all, seconds), reference(at, seconds, "+Inf", 1), what);
    near(view.mean(all, seconds), reference(at, seconds, "+Inf", 2), what);
    near(view.quantile("h", q, seconds), quantile(at, seconds, q), what + " q " + q);
  }

  private static void near(double found, double expected, String what) {
    if (Double.isNaN(expected)) {
      assertThat(found).as(what).isNaN();
    } else {
      assertThat(found).as(what).isCloseTo(expected, within(1e-9 * (1 + Math.abs(expected))));
    }
  }

  /** Mode 0: increase, 1: rate, 2: mean. */
  private double reference(long at, int seconds, String bound, int mode) {
    double total = 0;
    double samples = 0;
    boolean any = false;
    for (Map.Entry<SeriesKey, TreeMap<Long, Double>> series : reference.entrySet()) {
      if (!bound.equals(series.getKey().labels().get("le"))) {
        continue;
      }
      Map.Entry<Long, Double> newest = series.getValue().floorEntry(at);
      if (newest == null || newest.getKey() < at - FRESH || StaleMarker.is(newest.getValue())) {
        continue;
      }
      List<Long> times = new ArrayList<>();
      List<Double> values = new ArrayList<>();
      series
          .getValue()
          .subMap(at - seconds * 1000L, true, at, true)
          .forEach(
              (time, value) -> {
                if (!StaleMarker.is(value)) {
                  times.add(time);
                  values.add(value);
                }
              });
      double increase = 0;
      for (int i = 1; i < values.size(); i++) {
        double delta = values.get(i) - values.get(i - 1);
        increase += delta >= 0 ? delta : values.get(i);
      }
      if (mode == 2) {
        total += values.stream().mapToDouble(Double::doubleValue).sum();
        samples += values.size();
      } else if (values.size() >= 2) {
        any = true;
        double span = (times.get(times.size() - 1) - times.get(0)) / 1000.0;
        total += mode == 0 ? increase : increase / span;
      }
    }
    if (mode == 2) {
      return total / samples;
    }
    return any ? total : Double.NaN;
  }

  private double quantile(long at, int seconds, double q) {
    double[] growth = new double[BOUNDS.length];
    double most = 0;
    for (int i = 0; i < BOUNDS.length; i++) {
      growth[i] = reference(at, seconds, BOUNDS[i], 0);
      if (Double.isNaN(growth[i])) {
        return Double.NaN;
      }
      most = Math.max(most, growth[i]);
      growth[i] = most;
    }
    if (most == 0) {
      return Double.NaN;
    }
    double rank = q * most;
    for (int i = 0; i < BOUNDS.length - 1; i++) {
      if (growth[i] >= rank) {
        double below = i == 0 ? 0 : growth[i - 1];
        double from = i == 0 ? 0 : Double.parseDouble(BOUNDS[i - 1]);
        double to = Double.parseDouble(BOUNDS[i]);
        return growth[i] == below
            ? from
            : from + (to - from) * (rank - below) / (growth[i] - below);
      }
    }
    return Double.parseDouble(BOUNDS[BOUNDS.length - 2]);
  }
}
