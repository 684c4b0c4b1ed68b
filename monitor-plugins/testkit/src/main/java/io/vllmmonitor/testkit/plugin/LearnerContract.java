package io.vllmmonitor.testkit.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.learning.Advice;
import io.vllmmonitor.api.learning.DecisionQuery;
import io.vllmmonitor.api.learning.Learner;
import io.vllmmonitor.api.learning.LearningEvent;
import io.vllmmonitor.api.outcome.MitigationOutcome;
import io.vllmmonitor.api.target.TargetId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What every learner must keep to. */
public abstract class LearnerContract extends ExtensionContract<Learner> {
  private static final double STEPS = 3_000_000;

  private static final DecisionQuery QUERY =
      new DecisionQuery("CACHE_OVERFLOW/PROCESSING_REQUESTS", List.of("alpha", "beta", "gamma"));

  /** A new learner that knows nothing, configured alike each time. */
  protected abstract Learner learner();

  @Override
  Learner create() {
    return learner();
  }

  @Override
  String answer(Learner learner, int number) {
    learner.observe(outcomes(ROUNDS, 5).get(number % ROUNDS));
    return text(learner.advise(QUERY), "advise()", Advice::toString)
        + text(learner.modelCard(), "modelCard()", card -> card.name() + card.observations());
  }

  @Override
  void strange(Learner learner, RandomInput random) {
    learner.observe(random.learningEvent(QUERY.strategies()));
    List<String> asked =
        random.chance(0.5) ? QUERY.strategies() : List.of(random.text() + "1", "alpha");
    Advice advice = learner.advise(new DecisionQuery(random.text(), asked));
    assertThat(ranked(advice))
        .as("advise() ranks every strategy of the query once, and no other")
        .containsExactlyInAnyOrderElementsOf(asked);
    assertThat(learner.modelCard()).as("modelCard()").isNotNull();
  }

  @Override
  double budget() {
    return STEPS;
  }

  @Override
  List<ForbiddenCalls> forbidden() {
    return List.of(ForbiddenCalls.OWN_CLOCK_OR_CHANCE, ForbiddenCalls.INPUT_OR_OUTPUT);
  }

  @Test
  void itRanksExactlyWhatItIsAskedFor() {
    Learner learner = learner();
    assertThat(ranked(learner.advise(QUERY))).containsExactlyInAnyOrder("alpha", "beta", "gamma");
    outcomes(50, 7).forEach(learner::observe);
    Advice advice = learner.advise(QUERY);
    assertThat(ranked(advice)).containsExactlyInAnyOrder("alpha", "beta", "gamma");
    assertThat(advice.ranking())
        .isSortedAccordingTo((a, b) -> Double.compare(b.score(), a.score()));
    assertThat(learner.advise(new DecisionQuery("x", List.of())).ranking()).isEmpty();
  }

  @Test
  void whatWorksComesFirst() {
    Learner learner = learner();
    for (int i = 0; i < 10; i++) {
      learner.observe(event("a" + i, "alpha", MitigationOutcome.FAILURE));
      learner.observe(event("b" + i, "beta", MitigationOutcome.SUCCESS));
    }
    assertThat(ranked(learner.advise(QUERY)).get(0)).isEqualTo("beta");
    assertThat(ranked(learner.advise(QUERY)).get(2)).isEqualTo("alpha");
  }

  @Test
  void oneAttemptCountsOnce() {
    Learner once = learner();
    Learner twice = learner();
    for (LearningEvent event : outcomes(40, 3)) {
      once.observe(event);
      twice.observe(event);
      twice.observe(event);
    }
    assertThat(twice.advise(QUERY))
        .as("the advice after every attempt was heard twice; an attempt counts once, by its id")
        .isEqualTo(once.advise(QUERY));
    assertThat(twice.modelCard().observations()).isEqualTo(40);
  }

  @Test
  void halfThenRestartThenHalfIsTheSameAsUnbroken() {
    List<LearningEvent> events = outcomes(200, 11);
    Learner unbroken = learner();
    events.forEach(unbroken::observe);
    Learner first = learner();
    events.subList(0, 100).forEach(first::observe);
    Learner second = learner();
    FakeState.savedBy(first).restoreInto(second);
    events.subList(90, 200).forEach(second::observe);
    assertThat(FakeState.savedBy(second).describe())
        .isEqualTo(FakeState.savedBy(unbroken).describe());
    assertThat(second.advise(QUERY)).isEqualTo(unbroken.advise(QUERY));
  }

  @Test
  void theModelCardTellsWhatItIs() {
    assertThat(learner().modelCard().name()).isNotBlank();
    assertThat(learner().modelCard().observations()).isZero();
  }

  private static List<String> ranked(Advice advice) {
    return advice.ranking().stream().map(Advice.Ranked::strategy).toList();
  }

  private static List<LearningEvent> outcomes(int count, long seed) {
    Random random = new Random(seed);
    MitigationOutcome[] kinds = MitigationOutcome.values();
    List<LearningEvent> events = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String strategy = QUERY.strategies().get(random.nextInt(3));
      events.add(event("attempt-" + i, strategy, kinds[random.nextInt(kinds.length)]));
    }
    return events;
  }

  private static LearningEvent event(String attempt, String strategy, MitigationOutcome outcome) {
    return new LearningEvent(
        attempt,
        new TargetId("127.0.0.1:8000"),
        QUERY.situation(),
        strategy,
        outcome,
        Instant.parse("2026-01-01T00:00:00Z"));
  }
}
