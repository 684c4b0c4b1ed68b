package io.vllmmonitor.core.extension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.testkit.time.ManualClock;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** What code sees of time and chance while it judges, and while it does not. */
class EvaluationTest {
  private static final Instant TICK = Instant.parse("2026-11-25T12:00:05.125Z");
  private static final TargetId TARGET = new TargetId("gpu:8000");
  private static final long OUTSIDE = 42;

  private final ManualClock wall = ManualClock.at("2030-01-01T00:00:00Z");
  private final InstantSource clock = Evaluation.clock(wall);
  private final RandomGenerator random = Evaluation.random(() -> OUTSIDE);

  private static Evaluation evaluation() {
    return Evaluation.of("hash", "kv", TARGET, TICK);
  }

  private List<Long> drawn(Evaluation evaluation) {
    return evaluation.during(() -> List.of(random.nextLong(), random.nextLong()));
  }

  @Test
  void theClockStandsAtTheTickDuringTheCallOnly() {
    assertThat(clock.instant()).isEqualTo(wall.instant());
    Instant during = evaluation().during(clock::instant);
    assertThat(during).isEqualTo(TICK);
    assertThat(clock.instant()).isEqualTo(wall.instant());
  }

  @Test
  void chanceFollowsFromTheSeedDuringTheCallOnly() {
    List<Long> first = drawn(evaluation());
    assertThat(first).doesNotHaveDuplicates().doesNotContain(OUTSIDE);
    assertThat(drawn(evaluation())).isEqualTo(first);
    assertThat(drawn(Evaluation.again(TICK, evaluation().seed()))).isEqualTo(first);
    assertThat(random.nextLong()).isEqualTo(OUTSIDE);
  }

  @Test
  void allGeneratorsOfACallDrawFromOneSequence() {
    RandomGenerator other = Evaluation.random(() -> OUTSIDE);
    List<Long> both = evaluation().during(() -> List.of(random.nextLong(), other.nextLong()));
    assertThat(both).isEqualTo(drawn(evaluation()));
  }

  @Test
  void everythingThatDistinguishesACallGivesAnotherSeedOfAtMost53Bits() {
    Set<Long> seeds = new HashSet<>();
    for (Evaluation one :
        List.of(
            evaluation(),
            Evaluation.of("hash2", "kv", TARGET, TICK),
            Evaluation.of("hash", "kv2", TARGET, TICK),
            Evaluation.of("hashk", "v", TARGET, TICK),
            Evaluation.of("hash", "kv", new TargetId("gpu:8001"), TICK),
            Evaluation.of("hash", "kv", TARGET, TICK.plusMillis(1)),
            Evaluation.of("hash", "kv", TARGET, TICK.plusSeconds(1)))) {
      seeds.add(one.seed());
      assertThat(one.seed()).isBetween(0L, (1L << 53) - 1);
    }
    assertThat(seeds).hasSize(7);
  }

  @Test
  void otherThreadsAreOutside() {
    evaluation()
        .during(
            () -> {
              Instant there = CompletableFuture.supplyAsync(clock::instant).join();
              assertThat(there).isEqualTo(wall.instant());
              return "";
            });
  }

  @Test
  void aCallThatThrowsOrIsNestedEndsToo() {
    assertThatThrownBy(
            () ->
                evaluation()
                    .during(
                        () -> {
                          throw new IllegalStateException("no");
                        }))
        .hasMessage("no");
    assertThat(clock.instant()).isEqualTo(wall.instant());
    Instant later = TICK.plusSeconds(5);
    List<Instant> seen =
        evaluation()
            .during(
                () -> List.of(Evaluation.again(later, 1).during(clock::instant), clock.instant()));
    assertThat(seen).containsExactly(later, TICK);
  }
}
