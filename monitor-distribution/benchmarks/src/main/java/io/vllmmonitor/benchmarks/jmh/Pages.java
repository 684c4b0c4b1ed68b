package io.vllmmonitor.benchmarks.jmh;

import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.benchmarks.workload.Scrape;
import io.vllmmonitor.benchmarks.workload.SyntheticServer;
import java.util.List;

/** What all small benchmarks work on. */
final class Pages {
  static final TargetId TARGET = new TargetId("127.0.0.1:8000");
  private static final long SEED = 20_261_125;

  private Pages() {}

  static List<Scrape> scrapes(int count) {
    return SyntheticServer.scrapes(SEED, count);
  }
}
