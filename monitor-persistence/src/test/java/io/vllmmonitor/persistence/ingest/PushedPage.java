package io.vllmmonitor.persistence.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** A page of a server with a thousand series, whose values move as those of a server do. */
final class PushedPage {
  private static final String[] FAMILIES = {
    "vllm:e2e_request_latency_seconds_bucket",
    "vllm:time_to_first_token_seconds_bucket",
    "vllm:generation_tokens_total",
    "vllm:num_requests_running",
    "vllm:request_prompt_tokens_sum"
  };

  private final List<String> heads = new ArrayList<>();
  private final double[] values;
  private final Random random;
  private final String instance;

  PushedPage(int series, String instance, long seed) {
    this.instance = instance;
    random = new Random(seed);
    values = new double[series];
    for (int i = 0; i < series; i++) {
      heads.add(
          FAMILIES[i % FAMILIES.length]
              + "{engine=\"0\",instance=\""
              + instance
              + "\",job=\"vllm\",le=\""
              + (i / FAMILIES.length)
              + ".5\",model_name=\"m\"} ");
      values[i] = random.nextInt(100_000);
    }
  }

  String instance() {
    return instance;
  }

  /** 60 % whole counters, a quarter gauges, the rest sums with many digits. */
  byte[] next(long millis) {
    StringBuilder page = new StringBuilder();
    for (int i = 0; i < values.length; i++) {
      page.append(heads.get(i));
      switch (i % 20) {
        case 0, 1, 2, 3, 4 -> {
          values[i] = random.nextInt(1_000) / 1_000.0;
          page.append(values[i]);
        }
        case 5 -> {
          values[i] += random.nextDouble();
          page.append(values[i]);
        }
        default -> {
          values[i] = Math.rint(values[i]) + random.nextInt(3);
          page.append((long) values[i]);
        }
      }
      page.append(String.format(Locale.ROOT, " %d\n", millis));
    }
    return page.toString().getBytes(UTF_8);
  }

  double[] values() {
    return values.clone();
  }
}
