package io.vllmmonitor.simulator.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SyntheticTrafficTest {
  private final List<RequestSpec> arrived = new ArrayList<>();

  @Test
  void arrivalsKeepTheirRate() {
    run(traffic(5), 0, 400);
    assertThat(arrived).hasSizeBetween(1_800, 2_200);
    assertThat(arrived).allMatch(r -> r.promptTokens() + r.outputTokens() <= 400);
  }

  @Test
  void aSurgeAddsRequestsAndLeavesTheOthersAsTheyWere() {
    SyntheticTraffic quiet = traffic(2);
    run(quiet, 0, 100);
    List<RequestSpec> base = List.copyOf(arrived);
    arrived.clear();

    SyntheticTraffic surging = traffic(2);
    surging.surge(8, 0);
    run(surging, 0, 100);
    assertThat(arrived).hasSizeGreaterThan(base.size() + 600).containsAll(base);
  }

  @Test
  void aSurgeRampsUpAndEnds() {
    SyntheticTraffic traffic = traffic(0);
    traffic.surge(10, 100);
    run(traffic, 0, 10);
    int early = arrived.size();
    run(traffic, 90, 110);
    assertThat(arrived.size() - early).isGreaterThan(5 * Math.max(1, early));
    traffic.surge(0, 0);
    int atEnd = arrived.size();
    run(traffic, 110, 200);
    assertThat(arrived).hasSize(atEnd);
  }

  @Test
  void noRateNoRequests() {
    run(traffic(0), 0, 100);
    assertThat(arrived).isEmpty();
  }

  private static SyntheticTraffic traffic(double rate) {
    return new SyntheticTraffic(TrafficConfig.chat(rate), 11, RequestListener.NONE);
  }

  private void run(SyntheticTraffic traffic, double from, double to) {
    for (double t = from; t < to; t += 0.1) {
      traffic.arrivals(
          t,
          0.1,
          (spec, listener) -> {
            arrived.add(spec);
            return arrived.size();
          });
    }
  }
}
