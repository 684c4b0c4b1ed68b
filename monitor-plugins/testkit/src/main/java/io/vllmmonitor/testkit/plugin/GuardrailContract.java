package io.vllmmonitor.testkit.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.api.guardrail.Verdict;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * What every guardrail must keep to. Extend it, hand it a guardrail and two views, and JUnit runs
 * the rest.
 */
public abstract class GuardrailContract extends ExtensionContract<Guardrail> {
  private static final double STEPS = 3_000_000;

  /** A new guardrail, configured alike each time. */
  protected abstract Guardrail guardrail();

  /** A new view of a server that is well. */
  protected abstract FakeMetricView healthyView();

  /** A new view of a server that breaks the rule, not firing yet. */
  protected abstract FakeMetricView brokenView();

  @Override
  Guardrail create() {
    return guardrail();
  }

  @Override
  String answer(Guardrail guardrail, int number) {
    return switch (number % 4) {
      case 0 -> judged(guardrail, healthyView());
      case 1 -> judged(guardrail, brokenView().firing(number % 8 == 1));
      case 2 -> judged(guardrail, FakeMetricView.empty());
      default ->
          text(guardrail.check(new RandomInput(1, number).view()), "check()", Verdict::toString);
    };
  }

  private static String judged(Guardrail guardrail, FakeMetricView view) {
    return text(view.judge(guardrail), "check()", Verdict::toString);
  }

  @Override
  void strange(Guardrail guardrail, RandomInput random) {
    Verdict verdict = guardrail.check(random.view());
    assertThat(verdict).as("check() must answer pass, breach or unknown").isNotNull();
    if (verdict instanceof Verdict.Breach breach) {
      assertThat(breach.reason()).as("the reason of a breach").isNotBlank();
    }
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
  void itsSpecificationAlwaysAnswersTheSame() {
    Guardrail guardrail = guardrail();
    assertThat(guardrail.spec())
        .as("spec() is asked once; it must always answer the same")
        .isEqualTo(guardrail.spec())
        .isEqualTo(guardrail().spec());
    assertThat(guardrail.spec().description())
        .as("the description of spec(): one sentence for people")
        .isNotBlank();
  }

  @Test
  void aHealthyServerPasses() {
    assertThat(healthyView().judge(guardrail()))
        .as("the verdict of healthyView(); unknown means that the view lacks what check() asks")
        .isEqualTo(Verdict.pass());
  }

  @Test
  void aBrokenServerIsABreachWithAReason() {
    Verdict verdict = brokenView().judge(guardrail());
    assertThat(verdict).as("the verdict of brokenView()").isInstanceOf(Verdict.Breach.class);
    assertThat(((Verdict.Breach) verdict).reason())
        .as("the reason of a breach: one sentence with the numbers")
        .isNotBlank();
  }

  @Test
  void missingDataIsUnknown() {
    assertThat(FakeMetricView.empty().judge(guardrail()))
        .as(
            "a view without any data must be unknown, never a pass: ask value(), sum() or max(),"
                + " which mark what is missing; has() and valueOr() do not")
        .isInstanceOf(Verdict.Unknown.class);
  }

  @Test
  void whatIsNoNumberIsNeverAPass() {
    assertThat(healthyView().mapped(value -> Double.NaN).judge(guardrail()))
        .as("the verdict where every sample is NaN")
        .isNotNull()
        .isNotInstanceOf(Verdict.Pass.class);
  }

  @Test
  void endlessNumbersAndSingleMissingMetricsAreSurvived() {
    for (FakeMetricView view : List.of(healthyView(), brokenView())) {
      assertThat(view.mapped(value -> Double.POSITIVE_INFINITY).judge(guardrail())).isNotNull();
      assertThat(view.mapped(value -> Double.NEGATIVE_INFINITY).judge(guardrail())).isNotNull();
    }
    Set<String> names = new TreeSet<>(healthyView().names());
    names.addAll(brokenView().names());
    for (String name : names) {
      assertThat(healthyView().without(name).judge(guardrail())).as("without " + name).isNotNull();
      assertThat(brokenView().without(name).judge(guardrail())).as("without " + name).isNotNull();
    }
  }
}
