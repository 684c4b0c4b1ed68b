package io.vllmmonitor.plugin.learner.counts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vllmmonitor.api.learning.Advice;
import io.vllmmonitor.api.learning.DecisionQuery;
import io.vllmmonitor.api.learning.LearningEvent;
import io.vllmmonitor.api.outcome.MitigationOutcome;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.testkit.plugin.FakeState;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CountingLearnerTest {
  private final CountingLearner learner = new CountingLearner();
  private int attempts;

  @Test
  void whatWasNeverTriedIsEven() {
    assertThat(score("here", "pause")).isEqualTo(0.5);
  }

  @ParameterizedTest
  @CsvSource({
    "SUCCESS, 0.7778",
    "PARTIAL_SUCCESS, 0.5",
    "FAILURE, 0.2222",
    "MADE_WORSE, 0.125",
    "NOT_APPLICABLE, 0.5"
  })
  void eachOutcomeHasItsWeight(MitigationOutcome outcome, double expected) {
    observe("here", "pause", outcome);
    assertThat(score("here", "pause")).isCloseTo(expected, within(1e-4));
  }

  @Test
  void aNewSituationBorrowsFromTheOthersAndSoonStandsAlone() {
    for (int i = 0; i < 20; i++) {
      observe("there", "pause", MitigationOutcome.SUCCESS);
    }
    assertThat(score("here", "pause")).isGreaterThan(0.9);
    for (int i = 0; i < 6; i++) {
      observe("here", "pause", MitigationOutcome.FAILURE);
    }
    assertThat(score("here", "pause")).isLessThan(0.3);
    assertThat(score("there", "pause")).isGreaterThan(0.9);
  }

  @Test
  void equalScoresKeepTheOrderOfTheQuery() {
    DecisionQuery query = new DecisionQuery("here", List.of("c", "a", "b"));
    assertThat(learner.advise(query).ranking())
        .extracting(Advice.Ranked::strategy)
        .containsExactly("c", "a", "b");
  }

  @Test
  void theExplanationHasTheNumbers() {
    observe("here", "pause", MitigationOutcome.SUCCESS);
    observe("there", "pause", MitigationOutcome.FAILURE);
    assertThat(learner.advise(new DecisionQuery("here", List.of("pause"))).ranking().get(0))
        .extracting(Advice.Ranked::explanation)
        .isEqualTo("1.0 of 1.0 tries worked in this situation, 1.0 of 2.0 over all");
    assertThat(learner.modelCard().facts())
        .containsEntry("strategy pause", "1.0 of 2.0 tries worked")
        .containsEntry("situations", "2");
  }

  @Test
  void theStateStaysSmallWhateverComes() {
    for (int i = 0; i < 12_000; i++) {
      String name = "n".repeat(100) + i;
      observe("s".repeat(50) + i, name, MitigationOutcome.SUCCESS);
    }
    assertThat(learner.modelCard().observations()).isEqualTo(12_000);
    CountingWriter writer = new CountingWriter();
    learner.saveState(writer);
    assertThat(writer.total()).as("room for the store's encoding").isLessThan(700_000);
    CountingLearner restored = new CountingLearner();
    FakeState.savedBy(learner).restoreInto(restored);
    assertThat(restored.modelCard()).isEqualTo(learner.modelCard());
  }

  private double score(String situation, String strategy) {
    return learner.advise(new DecisionQuery(situation, List.of(strategy))).ranking().get(0).score();
  }

  private void observe(String situation, String strategy, MitigationOutcome outcome) {
    learner.observe(
        new LearningEvent(
            "attempt-" + attempts++,
            new TargetId("127.0.0.1:8000"),
            situation,
            strategy,
            outcome,
            Instant.parse("2026-01-01T00:00:00Z")));
  }
}
