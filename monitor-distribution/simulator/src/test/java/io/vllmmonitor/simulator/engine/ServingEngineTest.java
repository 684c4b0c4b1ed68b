package io.vllmmonitor.simulator.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ServingEngineTest {
  private final ServingEngine engine = new ServingEngine(EngineProfile.TINY, 1, 0.05);
  private final List<RequestResult> results = new ArrayList<>();
  private final RequestListener collector =
      new RequestListener() {
        @Override
        public void finished(RequestResult result) {
          results.add(result);
        }
      };

  @Test
  void aRequestIsPrefilledDecodedAndCounted() {
    engine.submit(RequestSpec.of(100, 50), collector);
    engine.advance(5);

    EngineSnapshot shown = engine.snapshot();
    assertThat(results).extracting(RequestResult::reason).containsExactly(FinishReason.LENGTH);
    assertThat(shown.totals().promptTokens()).isEqualTo(100);
    assertThat(shown.totals().generationTokens()).isEqualTo(50);
    assertThat(shown.totals().lengthLimited()).isEqualTo(1);
    assertThat(shown.histogram(EngineHistogram.TIME_TO_FIRST_TOKEN).count()).isEqualTo(1);
    assertThat(shown.histogram(EngineHistogram.INTER_TOKEN_LATENCY).count()).isEqualTo(49);
    assertThat(shown.histogram(EngineHistogram.E2E_LATENCY).sum()).isBetween(0.5, 1.5);
    assertThat(shown.histogram(EngineHistogram.ITERATION_TOKENS).sum()).isEqualTo(150);
    assertThat(shown.running()).isZero();
    assertThat(shown.kvUsage()).isZero();
  }

  @Test
  void anAnswerThatEndsByItselfIsAStop() {
    engine.submit(new RequestSpec(10, 5, 100, 0, 0, 0), collector);
    engine.advance(2);
    assertThat(results).extracting(RequestResult::reason).containsExactly(FinishReason.STOP);
    assertThat(engine.snapshot().totals().stopped()).isEqualTo(1);
  }

  @Test
  void runningAndKvShowWorkInFlight() {
    engine.submit(RequestSpec.of(320, 500), collector);
    engine.advance(2);
    assertThat(engine.snapshot().running()).isEqualTo(1);
    assertThat(engine.snapshot().kvUsage()).isBetween(0.02, 0.04);
  }

  @Test
  void theBatchIsLimitedAndTheRestWaits() {
    for (int i = 0; i < 40; i++) {
      engine.submit(RequestSpec.of(20, 300), collector);
    }
    engine.advance(1);
    assertThat(engine.snapshot().running()).isEqualTo(EngineProfile.TINY.maxNumSeqs());
    assertThat(engine.snapshot().waiting()).isEqualTo(40 - EngineProfile.TINY.maxNumSeqs());
  }

  @Test
  void aSecondPromptOfTheGroupHitsThePrefixCache() {
    engine.submit(new RequestSpec(200, 5, 5, 7, 160, 0), collector);
    engine.advance(2);
    engine.submit(new RequestSpec(200, 5, 5, 7, 160, 0), collector);
    engine.advance(4);
    EngineSnapshot.Totals totals = engine.snapshot().totals();
    assertThat(totals.prefixQueries()).isEqualTo(400);
    assertThat(totals.prefixHits()).isEqualTo(160);
    assertThat(totals.cachedPromptTokens()).isEqualTo(160);
    assertThat(totals.promptTokens()).isEqualTo(400);
  }

  @Test
  void nothingHitsOnceThePrefixesNeverMatch() {
    engine.prefixHitProbability(0);
    for (int i = 1; i <= 5; i++) {
      engine.submit(new RequestSpec(200, 5, 5, 7, 160, 0), collector);
      engine.advance(2 * i);
    }
    assertThat(engine.snapshot().totals().prefixQueries()).isEqualTo(1_000);
    assertThat(engine.snapshot().totals().prefixHits()).isZero();
  }

  @Test
  void thePrefixCacheIsNotResetWhileRequestsHoldBlocks() {
    engine.submit(new RequestSpec(200, 400, 400, 7, 160, 0), collector);
    engine.advance(1);
    assertThat(engine.resetPrefixCache()).isFalse();
    engine.advance(20);
    assertThat(engine.resetPrefixCache()).isTrue();
    engine.submit(new RequestSpec(200, 5, 5, 7, 160, 0), collector);
    engine.advance(22);
    assertThat(engine.snapshot().totals().prefixHits()).isZero();
  }

  @Test
  void aPauseThatKeepsIsSilentInTheGauges() {
    engine.submit(RequestSpec.of(100, 400), collector);
    engine.advance(1);
    EngineSnapshot before = engine.snapshot();
    engine.pause(PauseMode.KEEP, true);
    engine.submit(RequestSpec.of(10, 10), collector);
    engine.advance(30);
    assertThat(engine.snapshot()).isEqualTo(before);
    assertThat(engine.waitingNow()).isEqualTo(1);

    engine.resume();
    engine.advance(60);
    assertThat(results).hasSize(2);
  }

  @Test
  void aPauseThatWaitsDrainsTheBatchAndLeavesTheQueue() {
    engine.submit(RequestSpec.of(100, 200), collector);
    engine.advance(1);
    engine.pause(PauseMode.WAIT, true);
    engine.submit(RequestSpec.of(10, 10), collector);
    engine.advance(30);
    assertThat(engine.runningNow()).isZero();
    assertThat(engine.waitingNow()).isEqualTo(1);
    assertThat(results).hasSize(1);

    engine.resume();
    engine.advance(32);
    assertThat(results).hasSize(2);
  }

  @Test
  void aPauseThatAbortsEmptiesTheEngineAndCountsNothing() {
    engine.submit(RequestSpec.of(100, 200), collector);
    engine.advance(1);
    engine.pause(PauseMode.ABORT, true);
    assertThat(results).extracting(RequestResult::reason).containsExactly(FinishReason.ABORT);
    assertThat(engine.snapshot().running()).isZero();
    assertThat(engine.snapshot().totals().stopped() + engine.snapshot().totals().lengthLimited())
        .isZero();
  }

  @Test
  void onlyTheNamedRequestsAreAborted() {
    long first = engine.submit(RequestSpec.of(100, 200), collector);
    engine.submit(RequestSpec.of(100, 200), collector);
    engine.advance(1);
    assertThat(engine.abort(Set.of(first, 99L))).isEqualTo(1);
    assertThat(engine.runningNow()).isEqualTo(1);
    assertThat(engine.abortAll()).isEqualTo(1);
  }

  @Test
  void aHangFreezesTheGaugesWhereTheyWereAndRequestsPileUp() {
    engine.submit(RequestSpec.of(100, 10), collector);
    engine.advance(2);
    EngineSnapshot idle = engine.snapshot();
    assertThat(idle.running()).isZero();

    engine.hang(true);
    engine.attach(new SyntheticTraffic(TrafficConfig.chat(4), 1, collector));
    engine.advance(22);
    assertThat(engine.snapshot()).isEqualTo(idle);
    assertThat(engine.waitingNow()).isGreaterThan(50);

    engine.hang(false);
    engine.advance(23);
    assertThat(engine.snapshot().running()).isPositive();
  }

  @Test
  void aHangFreezesABusyEngineAboveZero() {
    engine.submit(RequestSpec.of(100, 500), collector);
    engine.advance(1);
    engine.hang(true);
    EngineSnapshot busy = engine.snapshot();
    engine.advance(60);
    assertThat(engine.snapshot()).isEqualTo(busy);
    assertThat(busy.running()).isEqualTo(1);
  }

  @Test
  void aSleepingEngineAdmitsNothingUntilItWakes() {
    engine.submit(RequestSpec.of(100, 500), collector);
    engine.advance(1);
    engine.sleep(1, PauseMode.KEEP);
    engine.advance(10);
    assertThat(engine.snapshot().sleepLevel()).isEqualTo(1);
    assertThat(engine.usedBlocksNow()).isZero();
    assertThat(results).isEmpty();

    engine.wakeUp();
    engine.advance(30);
    assertThat(results).hasSize(1);
    assertThat(engine.snapshot().totals().preemptions()).isZero();
  }

  @Test
  void clientsLeaveWhenTheirPatienceEnds() {
    engine.hang(true);
    engine.submit(new RequestSpec(10, 10, 10, 0, 0, 5), collector);
    engine.advance(4);
    assertThat(results).isEmpty();
    engine.advance(8);
    assertThat(results).extracting(RequestResult::reason).containsExactly(FinishReason.CLIENT_GONE);
  }

  @Test
  void aRequestLargerThanTheWholeMemoryIsAborted() {
    EngineProfile small = new EngineProfile("small", 1, 0.1, 0, 5, 16, 1, 8, 512, 4_096, true);
    ServingEngine other = new ServingEngine(small, 1, 0.1);
    other.submit(RequestSpec.of(100, 10), collector);
    other.advance(1);
    assertThat(results).extracting(RequestResult::reason).containsExactly(FinishReason.ABORT);
  }

  @Test
  void theSameSeedIsTheSameRunAndAnotherSeedIsNot() {
    assertThat(run(1)).isEqualTo(run(1));
    assertThat(run(1)).isNotEqualTo(run(2));
  }

  @Test
  void howTheTimeIsCutDoesNotMatter() {
    ServingEngine atOnce = withTraffic(1);
    atOnce.advance(60);
    ServingEngine inPieces = withTraffic(1);
    for (int i = 1; i <= 6_000; i++) {
      inPieces.advance(i / 100.0);
    }
    assertThat(inPieces.snapshot()).isEqualTo(atOnce.snapshot());
  }

  @Test
  void finishedRequestsAddUpAcrossCountersAndHistograms() {
    EngineSnapshot shown = run(3);
    long finished = shown.totals().stopped() + shown.totals().lengthLimited();
    assertThat(finished).isGreaterThan(100);
    for (EngineHistogram perRequest :
        List.of(
            EngineHistogram.E2E_LATENCY,
            EngineHistogram.QUEUE_TIME,
            EngineHistogram.NUM_PREEMPTIONS)) {
      assertThat(shown.histogram(perRequest).count()).isEqualTo(finished);
    }
    assertThat(shown.totals().prefixHits()).isBetween(1L, shown.totals().prefixQueries() - 1);
  }

  @Test
  void aStepLongerThanATenthOfASecondIsRefused() {
    assertThatThrownBy(() -> new ServingEngine(EngineProfile.TINY, 1, 0.5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0.1");
  }

  private EngineSnapshot run(long seed) {
    ServingEngine other = withTraffic(seed);
    other.advance(120);
    return other.snapshot();
  }

  private static ServingEngine withTraffic(long seed) {
    ServingEngine other = new ServingEngine(EngineProfile.TINY, seed, 0.05);
    other.attach(new SyntheticTraffic(TrafficConfig.chat(3), seed, RequestListener.NONE));
    return other;
  }
}
