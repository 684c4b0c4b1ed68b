package io.vllmmonitor.benchmarks.workload;

import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.SeriesKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A made-up vLLM server with four engines and {@value #SERIES} series: 56 % histogram buckets and
 * counts and 4 % counters, 25 % gauges, 10 % integers, 5 % sums. Requests arrive at a rate that
 * swings and drifts; each one that ends goes through all histograms of its engine, with the values
 * that a server of that size would have. The same seed makes the same scrapes.
 *
 * <p>Every series has a label {@code id}. No server has one; it is here because functions over time
 * drop the name of a metric and Prometheus then refuses series whose labels are the same.
 */
public final class SyntheticServer {
  /** How many series a page has. */
  public static final int SERIES = 1_000;

  private static final int ENGINES = 4;

  /** How many series each engine has. */
  public static final int SERIES_OF_ENGINE = SERIES / ENGINES;

  private static final int HISTOGRAMS = 10;
  private static final int COUNTERS = 10;
  private static final int INTEGERS = 25;
  private static final int GAUGES = 62;
  private static final int FLOAT_COUNTERS = 3;
  private static final double[] BOUNDS = {
    0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, Double.POSITIVE_INFINITY
  };
  private static final String[] TIMES = {
    "e2e_request_latency_seconds",
    "time_to_first_token_seconds",
    "time_per_output_token_seconds",
    "request_queue_time_seconds",
    "request_prefill_time_seconds",
    "request_decode_time_seconds",
    "request_inference_time_seconds",
    "inter_token_latency_seconds",
    "kv_block_lifetime_seconds",
    "kv_block_idle_before_evict_seconds"
  };

  private final Random random;
  private final List<SeriesKey> series = new ArrayList<>();
  private final List<Engine> engines = new ArrayList<>();
  private final List<SeriesKey> page;
  private final int interval;
  private int second;

  private SyntheticServer(long seed, int engineCount, int interval) {
    this.random = new Random(seed);
    this.interval = interval;
    for (int i = 0; i < engineCount; i++) {
      engines.add(new Engine());
      name(i);
    }
    this.page = List.copyOf(series);
  }

  /**
   * A server that is scraped as it goes, for more scrapes than fit into memory.
   *
   * @param engines each with {@value #SERIES_OF_ENGINE} series
   * @param seconds from one scrape to the next
   */
  public static SyntheticServer of(long seed, int engines, int seconds) {
    return new SyntheticServer(seed, engines, seconds);
  }

  /** The next scrape; all share one list of series. */
  public Scrape scrape() {
    double[] values = new double[page.size()];
    next(values);
    return new Scrape(page, values);
  }

  /** The first scrapes of the server that this seed makes, one a second. */
  public static List<Scrape> scrapes(long seed, int count) {
    SyntheticServer server = new SyntheticServer(seed, ENGINES, 1);
    List<Scrape> scrapes = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      scrapes.add(server.scrape());
    }
    return scrapes;
  }

  private void name(int engine) {
    for (String histogram : TIMES) {
      for (double bound : BOUNDS) {
        String le = bound == Double.POSITIVE_INFINITY ? "+Inf" : Double.toString(bound);
        add("vllm:" + histogram + "_bucket", engine, Map.of("le", le));
      }
      add("vllm:" + histogram + "_count", engine, Map.of());
      add("vllm:" + histogram + "_sum", engine, Map.of());
    }
    for (int i = 0; i < COUNTERS; i++) {
      add("vllm:tokens_of_kind_" + i + "_total", engine, Map.of());
    }
    for (int i = 0; i < FLOAT_COUNTERS; i++) {
      add("vllm:busy_seconds_of_stage_" + i + "_total", engine, Map.of());
    }
    for (int i = 0; i < INTEGERS; i++) {
      add("vllm:num_requests_in_state_" + i, engine, Map.of());
    }
    for (int i = 0; i < GAUGES; i++) {
      add("vllm:usage_of_pool_" + i + (i % 2 == 0 ? "_perc" : "_per_s"), engine, Map.of());
    }
  }

  private void add(String name, int engine, Map<String, String> more) {
    Labels labels =
        Labels.of(more)
            .with("engine", Integer.toString(engine))
            .with("id", Integer.toString(series.size()))
            .with("instance", "127.0.0.1:8000")
            .with("job", "bench")
            .with("model_name", "meta-llama/Llama-3.1-8B-Instruct");
    series.add(new SeriesKey(name, labels));
  }

  private void next(double[] values) {
    double load = 6 + 5 * Math.sin(second / 600.0) + random.nextGaussian();
    second += interval;
    int at = 0;
    for (Engine engine : engines) {
      engine.live(Math.max(0, load));
      at = engine.write(values, at);
    }
  }

  private final class Engine {
    private final long[][] buckets = new long[HISTOGRAMS][BOUNDS.length];
    private final double[] sums = new double[HISTOGRAMS];
    private final long[] counters = new long[COUNTERS];
    private final double[] floatCounters = new double[FLOAT_COUNTERS];
    private final int[] integers = new int[INTEGERS];
    private final double[] gauges = new double[GAUGES];

    /** Lives from one scrape to the next. */
    void live(double load) {
      int ended = (int) (load * interval * random.nextDouble());
      for (int i = 0; i < ended; i++) {
        for (int histogram = 0; histogram < HISTOGRAMS; histogram++) {
          observe(histogram, Math.exp(random.nextGaussian() - 3 + histogram * 0.4));
        }
      }
      for (int i = 0; i < COUNTERS; i++) {
        counters[i] += (long) (ended * (20 + i * 30) * (0.5 + random.nextDouble()));
      }
      for (int i = 0; i < FLOAT_COUNTERS; i++) {
        floatCounters[i] += 0.2 * (i + 1) * interval * random.nextDouble();
      }
      for (int passed = 0; passed < interval; passed++) {
        walk();
      }
      for (int i = 0; i < GAUGES; i++) {
        move(i, load);
      }
    }

    private void walk() {
      for (int i = 0; i < INTEGERS; i++) {
        if (random.nextInt(INTEGERS) > i) {
          integers[i] = Math.max(0, integers[i] + random.nextInt(5) - 2);
        }
      }
    }

    private void observe(int histogram, double value) {
      sums[histogram] += value;
      for (int i = 0; i < BOUNDS.length; i++) {
        if (value <= BOUNDS[i]) {
          buckets[histogram][i]++;
        }
      }
    }

    /** A third are shares of 4,096 blocks, a third rates to a tenth, a third averages in full. */
    private void move(int gauge, double load) {
      gauges[gauge] =
          switch (gauge % 3) {
            case 0 ->
                Math.min(4096, Math.abs(Math.round(load * 300 + random.nextInt(64)))) / 4096.0;
            case 1 ->
                moves(4) ? Math.round(load * 400 + random.nextInt(500)) / 10.0 : gauges[gauge];
            default ->
                moves(8) ? 0.9 * gauges[gauge] + 0.1 * load * random.nextDouble() : gauges[gauge];
          };
    }

    /** Whether something happened that happens once in so many seconds. */
    private boolean moves(int seconds) {
      boolean moved = false;
      for (int passed = 0; passed < interval; passed++) {
        moved |= random.nextInt(seconds) == 0;
      }
      return moved;
    }

    int write(double[] values, int start) {
      int at = start;
      for (int histogram = 0; histogram < HISTOGRAMS; histogram++) {
        for (long bucket : buckets[histogram]) {
          values[at++] = bucket;
        }
        values[at++] = buckets[histogram][BOUNDS.length - 1];
        values[at++] = sums[histogram];
      }
      for (long counter : counters) {
        values[at++] = counter;
      }
      for (double counter : floatCounters) {
        values[at++] = counter;
      }
      for (int integer : integers) {
        values[at++] = integer;
      }
      for (double gauge : gauges) {
        values[at++] = gauge;
      }
      return at;
    }
  }
}
