package io.vllmmonitor.testkit.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.incident.Incident;
import io.vllmmonitor.api.mitigation.ActionPlan;
import io.vllmmonitor.api.mitigation.MitigationStrategy;
import io.vllmmonitor.api.outcome.Measurement;
import io.vllmmonitor.api.outcome.MitigationOutcome;
import io.vllmmonitor.api.target.TargetCapabilities;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What every strategy must keep to. The author brings a strategy and an incident it answers. */
public abstract class MitigationStrategyContract extends ExtensionContract<MitigationStrategy> {
  private static final double STEPS = 30_000_000;

  /** A new strategy, configured alike each time. */
  protected abstract MitigationStrategy strategy();

  /** An open incident that it answers. */
  protected abstract Incident incident();

  /** A new view of the server at the height of that incident. */
  protected abstract FakeMetricView viewOfIncident();

  /** What a server offers on which the plan can be carried out. */
  protected abstract TargetCapabilities capabilities();

  @Override
  MitigationStrategy create() {
    return strategy();
  }

  @Override
  String answer(MitigationStrategy strategy, int number) {
    return switch (number % 4) {
      case 0 -> "" + strategy.suitability(incident(), viewOfIncident(), capabilities());
      case 1 -> text(strategy.plan(incident(), viewOfIncident()), "plan()", ActionPlan::toString);
      case 2 ->
          text(
              strategy.verify(incident(), viewOfIncident(), viewOfIncident()),
              "verify()",
              Measurement::toString);
      default -> "" + strategy.suitability(incident(), FakeMetricView.empty(), capabilities());
    };
  }

  @Override
  void strange(MitigationStrategy strategy, RandomInput random) {
    Incident incident = random.incident();
    assertThat(strategy.suitability(incident, random.view(), random.capabilities()))
        .as("suitability() is 0 to 1, whatever it is asked about")
        .isBetween(0.0, 1.0);
    assertThat(strategy.plan(incident(), random.view())).as("plan()").isNotNull();
    assertThat(strategy.verify(incident, random.view(), random.view())).as("verify()").isNotNull();
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
  void itFitsTheIncident() {
    assertThat(strategy().suitability(incident(), viewOfIncident(), capabilities()))
        .as("the suitability for incident(), at viewOfIncident(), on capabilities()")
        .isGreaterThan(0)
        .isLessThanOrEqualTo(1);
  }

  @Test
  void itDoesNotFitAServerThatIsKnownToLackItsRoutes() {
    TargetCapabilities bare = new TargetCapabilities("0.0.1", Set.of("GET /health"));
    assertThat(strategy().suitability(incident(), viewOfIncident(), bare))
        .as("the suitability for a server that serves GET /health only")
        .isZero();
  }

  @Test
  void itsPlanTellsThePriceAndTheWayBack() {
    ActionPlan plan = strategy().plan(incident(), viewOfIncident());
    assertThat(plan.summary()).as("the summary of the plan, for the operator").isNotBlank();
    assertThat(plan.blastRadius()).as("who feels it and how").isNotBlank();
    assertThat(plan.steps()).isNotEmpty();
  }

  @Test
  void theSameIncidentGetsTheSamePlan() {
    assertThat(strategy().plan(incident(), viewOfIncident()))
        .isEqualTo(strategy().plan(incident(), viewOfIncident()));
  }

  @Test
  void withoutDataItClaimsNothing() {
    claimsNothing(FakeMetricView.empty(), FakeMetricView.empty());
    claimsNothing(viewOfIncident(), FakeMetricView.empty());
    claimsNothing(
        viewOfIncident().mapped(value -> Double.NaN), viewOfIncident().mapped(value -> Double.NaN));
  }

  private void claimsNothing(FakeMetricView before, FakeMetricView after) {
    Measurement measured = strategy().verify(incident(), before, after);
    assertThat(measured.outcome())
        .as("without data there is no success; an outcome is measured, never assumed")
        .isNotIn(MitigationOutcome.SUCCESS, MitigationOutcome.PARTIAL_SUCCESS);
    assertThat(measured.explanation()).as("the explanation of an outcome").isNotBlank();
  }
}
