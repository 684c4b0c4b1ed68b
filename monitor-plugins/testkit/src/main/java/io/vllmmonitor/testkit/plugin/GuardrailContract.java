package io.vllmmonitor.testkit.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.api.guardrail.Verdict;
import org.junit.jupiter.api.Test;

/**
 * What every guardrail must keep to. Extend it, hand it a guardrail and two views, and JUnit runs
 * the rest.
 */
public abstract class GuardrailContract {
  /** A new guardrail, configured alike each time. */
  protected abstract Guardrail guardrail();

  /** A new view of a server that is well. */
  protected abstract FakeMetricView healthyView();

  /** A new view of a server that breaks the rule, not firing yet. */
  protected abstract FakeMetricView brokenView();

  @Test
  void itHasAStableIdentity() {
    ExtensionChecks.identity(guardrail());
    assertThat(guardrail().id()).isEqualTo(guardrail().id());
  }

  @Test
  void itsConfigurationIsDescribed() {
    ExtensionChecks.configuration(guardrail());
  }

  @Test
  void itsSpecificationAlwaysAnswersTheSame() {
    Guardrail guardrail = guardrail();
    assertThat(guardrail.spec()).isEqualTo(guardrail.spec()).isEqualTo(guardrail().spec());
    assertThat(guardrail.spec().description()).isNotBlank();
  }

  @Test
  void aHealthyServerPasses() {
    assertThat(healthyView().judge(guardrail())).isEqualTo(Verdict.pass());
  }

  @Test
  void aBrokenServerIsABreachWithAReason() {
    Verdict verdict = brokenView().judge(guardrail());
    assertThat(verdict).isInstanceOf(Verdict.Breach.class);
    assertThat(((Verdict.Breach) verdict).reason()).isNotBlank();
  }

  @Test
  void missingDataIsUnknown() {
    assertThat(FakeMetricView.empty().judge(guardrail())).isInstanceOf(Verdict.Unknown.class);
  }

  @Test
  void theSameViewGetsTheSameVerdict() {
    assertThat(brokenView().judge(guardrail())).isEqualTo(brokenView().judge(guardrail()));
    assertThat(healthyView().judge(guardrail())).isEqualTo(healthyView().judge(guardrail()));
  }

  @Test
  void itsStateSurvivesARestart() {
    Guardrail guardrail = guardrail();
    brokenView().judge(guardrail);
    ExtensionChecks.stateSurvives(guardrail, guardrail());
  }
}
