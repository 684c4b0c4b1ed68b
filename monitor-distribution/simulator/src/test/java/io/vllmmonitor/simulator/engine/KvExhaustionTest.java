package io.vllmmonitor.simulator.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KvExhaustionTest {
  private static final double BURST_AT = 20;

  private ServingEngine engine = new ServingEngine(EngineProfile.TINY, 1, 0.05);
  private SyntheticTraffic traffic =
      new SyntheticTraffic(TrafficConfig.chat(2), 1, RequestListener.NONE);

  @Test
  void ordinaryTrafficLeavesRoom() {
    engine.attach(traffic);
    engine.advance(200);
    assertThat(engine.snapshot().totals().preemptions()).isZero();
    assertThat(engine.snapshot().kvUsage()).isLessThan(0.3);
  }

  @Test
  void requestsNeverHoldMoreBlocksThanThereAre() {
    strike(1);
    for (double t = BURST_AT; t < 120; t += 0.05) {
      engine.advance(t);
      assertThat(engine.usedBlocksNow()).isBetween(0, EngineProfile.TINY.usableBlocks());
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void theBurstThrashesForAMinuteUnlessSomebodyActs(long seed) {
    strike(seed);
    long before = preemptionsAt(BURST_AT + 20);
    long after = preemptionsAt(BURST_AT + 70);
    assertThat(after - before).as("preemptions in 50 s").isGreaterThan(50);
    assertThat(engine.snapshot().kvUsage()).isGreaterThan(0.9);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void aPauseThatWaitsUntiesTheKnot(long seed) {
    strike(seed);
    engine.advance(BURST_AT + 20);
    long tokensBefore = engine.snapshot().totals().generationTokens();
    engine.advance(BURST_AT + 35);
    long thrashing = engine.snapshot().totals().generationTokens() - tokensBefore;

    engine.pause(PauseMode.WAIT, true);
    double t = engine.now();
    while (engine.runningNow() > 0) {
      engine.advance(t += 0.1);
    }
    assertThat(t - (BURST_AT + 35)).as("seconds to drain").isLessThan(25);
    engine.resume();

    long preemptions = engine.snapshot().totals().preemptions();
    long tokens = engine.snapshot().totals().generationTokens();
    double highest = 0;
    for (int second = 1; second <= 60; second++) {
      engine.advance(t + second);
      highest = Math.max(highest, engine.snapshot().kvUsage());
      if (second == 15) {
        assertThat(engine.snapshot().totals().generationTokens() - tokens)
            .as("tokens in 15 s after against before")
            .isGreaterThan(2 * thrashing);
      }
    }
    assertThat(engine.snapshot().totals().preemptions() - preemptions)
        .as("preemptions afterwards")
        .isZero();
    assertThat(highest).isLessThan(0.85);
  }

  @Test
  void fullReservationDoesNotFallIntoTheKnot() {
    EngineProfile p = EngineProfile.TINY;
    EngineProfile reserving =
        new EngineProfile(
            "reserving",
            p.floorMs(),
            p.perTokenMs(),
            p.contextMs(),
            p.blocks(),
            p.blockSize(),
            p.kibPerToken(),
            p.maxNumSeqs(),
            p.maxBatchedTokens(),
            p.maxModelLen(),
            true);
    strike(1);
    long optimistic = preemptionsAt(BURST_AT + 80);
    engine = new ServingEngine(reserving, 1, 0.05);
    traffic = new SyntheticTraffic(TrafficConfig.chat(2), 1, RequestListener.NONE);
    strike(1);
    assertThat(preemptionsAt(BURST_AT + 80)).isLessThan(optimistic / 2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"h100-7b", "a100-8b", "a100x4-70b"})
  void everyLargeProfileRunsFullAndPreempts(String name) {
    ServingEngine other = new ServingEngine(EngineProfile.named(name), 1, 0.1);
    SyntheticTraffic own = new SyntheticTraffic(TrafficConfig.chat(1), 1, RequestListener.NONE);
    other.attach(own);
    own.burst(LongBurst.of(other.profile()));
    double fullest = 0;
    for (int second = 1; second <= 600; second++) {
      other.advance(second);
      fullest = Math.max(fullest, other.snapshot().kvUsage());
    }
    assertThat(own.burstIds()).hasSize(LongBurst.of(other.profile()).count());
    assertThat(fullest).isBetween(0.97, 1.0);
    assertThat(other.snapshot().totals().preemptions()).isPositive();
  }

  private void strike(long seed) {
    if (seed != 1) {
      engine = new ServingEngine(EngineProfile.TINY, seed, 0.05);
      traffic = new SyntheticTraffic(TrafficConfig.chat(2), seed, RequestListener.NONE);
    }
    engine.attach(traffic);
    engine.advance(BURST_AT);
    traffic.burst(LongBurst.of(engine.profile()));
  }

  private long preemptionsAt(double second) {
    engine.advance(second);
    return engine.snapshot().totals().preemptions();
  }
}
