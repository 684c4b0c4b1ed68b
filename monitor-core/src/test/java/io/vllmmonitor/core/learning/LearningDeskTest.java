package io.vllmmonitor.core.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.extension.StateSnapshot;
import io.vllmmonitor.api.history.Problem;
import io.vllmmonitor.api.learning.Learner;
import io.vllmmonitor.api.learning.LearningEvent;
import io.vllmmonitor.api.learning.ModelCard;
import io.vllmmonitor.api.outcome.MitigationOutcome;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.core.extension.Bound;
import io.vllmmonitor.core.telemetry.Problems;
import io.vllmmonitor.core.testing.FakeLearner;
import io.vllmmonitor.core.testing.ManualClock;
import io.vllmmonitor.core.testing.MemoryHistory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class LearningDeskTest {
  private final ManualClock clock = new ManualClock();
  private final MemoryHistory history = new MemoryHistory();
  private final Problems problems = new Problems(clock, history);
  private final List<Bound<Learner>> learners = new ArrayList<>();
  private final LearningDesk desk =
      new LearningDesk(() -> List.copyOf(learners), history, problems);

  private FakeLearner learner(String id, boolean shadow) {
    FakeLearner learner = new FakeLearner(id);
    learners.add(new Bound<>(learner, "unit", "hash", shadow));
    return learner;
  }

  private LearningEvent stored(String attempt, Instant at) {
    LearningEvent event =
        new LearningEvent(
            attempt, new TargetId("h:1"), "A/READY", "s", MitigationOutcome.SUCCESS, at);
    history.write(entries -> entries.learning(event));
    return event;
  }

  @Test
  void theScoreIsTheMeanOfAllLearnersThatAnswer() {
    learner("a", false).scores.put("s", 0.9);
    learner("b", false).scores.put("s", 0.5);
    learner("hidden", true).scores.put("s", 0.0);
    learner("broken", false).broken = true;
    Preference preference =
        Objects.requireNonNull(desk.rank("A/READY", List.of("s", "t")).get("s"));
    assertThat(preference.score()).isCloseTo(0.7, offset(1e-12));
    assertThat(preference.explanation()).isEqualTo("a says; b says");
    assertThat(problems.open())
        .extracting(Problem::code)
        .containsExactly(ErrorCode.PLUGIN_CALL_FAILED);
  }

  @Test
  void withoutALearnerNothingIsKnown() {
    assertThat(desk.rank("A/READY", List.of("s")).get("s"))
        .extracting(Preference::score)
        .isEqualTo(0.5);
  }

  @Test
  void anEventIsHeardOnceAlsoByALearnerThatIsNew() {
    FakeLearner old = learner("old", false);
    desk.replay();
    LearningEvent first = stored("1", clock.instant());
    desk.observe(first);
    FakeLearner fresh = learner("fresh", false);
    LearningEvent second = stored("2", clock.advanceSeconds(60));
    desk.observe(second);
    assertThat(old.heard).containsExactly(first, second);
    assertThat(fresh.heard).containsExactly(first, second);
  }

  @Test
  void theReplayBeginsALittleBeforeTheSavedState() {
    stored("long ago", clock.instant());
    LearningEvent near = stored("near", clock.advanceSeconds(3600));
    LearningEvent after = stored("after", clock.advanceSeconds(120));
    history.write(
        entries ->
            entries.state(
                new StateSnapshot(
                    "a", null, "unit", "hash", 1, clock.instant().minusSeconds(60), "{}")));
    FakeLearner learner = learner("a", false);
    desk.replay();
    assertThat(learner.heard).containsExactly(near, after);
  }

  @Test
  void newCodeUnderTheSameIdIsBroughtUpToDate() {
    learner("a", false);
    desk.replay();
    LearningEvent event = stored("1", clock.instant());
    desk.observe(event);
    learners.clear();
    FakeLearner next = learner("a", false);
    desk.rank("A/READY", List.of("s"));
    assertThat(next.heard).containsExactly(event);
  }

  @Test
  void cardsOfBrokenLearnersAreLeftOut() {
    learner("a", false);
    learner("b", false).broken = true;
    assertThat(desk.modelCards()).extracting(ModelCard::name).containsExactly("a");
  }
}
