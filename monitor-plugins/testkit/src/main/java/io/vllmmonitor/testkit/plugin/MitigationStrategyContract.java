package io.vllmmonitor.testkit.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.incident.Incident;
import io.vllmmonitor.api.mitigation.ActionPlan;
import io.vllmmonitor.api.mitigation.MitigationStrategy;
import io.vllmmonitor.api.outcome.Measurement;
import io.vllmmonitor.api.outcome.MitigationOutcome;
import io.vllmmonitor.api.target.TargetCapabilities;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What every strategy must keep to. The author brings a strategy and an incident it answers. */
public abstract class MitigationStrategyContract {
  /** A new strategy, configured alike each time. */
  protected abstract MitigationStrategy strategy();

  /** An open incident that it answers. */
  protected abstract Incident incident();

  /** A new view of the server at the height of that incident. */
  protected abstract FakeMetricView viewOfIncident();

  /** What a server offers on which the plan can be carried out. */
  protected abstract TargetCapabilities capabilities();

  @Test
  void itHasAStableIdentity() {
    ExtensionChecks.identity(strategy());
  }

  @Test
  void itsConfigurationIsDescribed() {
    ExtensionChecks.configuration(strategy());
  }

  @Test
  void itFitsTheIncident() {
    assertThat(strategy().suitability(incident(), viewOfIncident(), capabilities()))
        .isGreaterThan(0)
        .isLessThanOrEqualTo(1);
  }

  @Test
  void itDoesNotFitAServerThatIsKnownToLackItsRoutes() {
    TargetCapabilities bare = new TargetCapabilities("0.0.1", Set.of("GET /health"));
    assertThat(strategy().suitability(incident(), viewOfIncident(), bare)).isZero();
  }

  @Test
  void itsPlanTellsThePriceAndTheWayBack() {
    ActionPlan plan = strategy().plan(incident(), viewOfIncident());
    assertThat(plan.summary()).isNotBlank();
    assertThat(plan.blastRadius()).isNotBlank();
    assertThat(plan.steps()).isNotEmpty();
  }

  @Test
  void theSameIncidentGetsTheSamePlan() {
    assertThat(strategy().plan(incident(), viewOfIncident()))
        .isEqualTo(strategy().plan(incident(), viewOfIncident()));
  }

  @Test
  void withoutDataItClaimsNothing() {
    Measurement measured =
        strategy().verify(incident(), FakeMetricView.empty(), FakeMetricView.empty());
    assertThat(measured.outcome())
        .isNotIn(MitigationOutcome.SUCCESS, MitigationOutcome.PARTIAL_SUCCESS);
    assertThat(measured.explanation()).isNotBlank();
  }

  @Test
  void itsStateSurvivesARestart() {
    MitigationStrategy strategy = strategy();
    strategy.plan(incident(), viewOfIncident());
    ExtensionChecks.stateSurvives(strategy, strategy());
  }
}
