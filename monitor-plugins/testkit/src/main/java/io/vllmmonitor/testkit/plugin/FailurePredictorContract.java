package io.vllmmonitor.testkit.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.lifecycle.LifecycleState;
import io.vllmmonitor.api.prediction.ActualOutcome;
import io.vllmmonitor.api.prediction.FailurePrediction;
import io.vllmmonitor.api.prediction.FailurePredictor;
import io.vllmmonitor.api.prediction.Forecast;
import io.vllmmonitor.api.prediction.PredictionConfidence;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What every failure predictor must keep to. Extend it, hand it a predictor and two views, and
 * JUnit runs the rest.
 */
public abstract class FailurePredictorContract extends ExtensionContract<FailurePredictor> {
  private static final double STEPS = 3_000_000;
  private static final Duration LONGEST_HORIZON = Duration.ofDays(366);

  /** A new predictor, configured alike each time. */
  protected abstract FailurePredictor predictor();

  /** A new view, with its past, of a server to which nothing is going to happen. */
  protected abstract FakeMetricView calmView();

  /** A new view, with its past, of a server that is going to fail. */
  protected abstract FakeMetricView failingView();

  @Override
  FailurePredictor create() {
    return predictor();
  }

  @Override
  String answer(FailurePredictor predictor, int number) {
    return switch (number % 5) {
      case 0 -> told(calmView().forecast(predictor));
      case 1 -> told(failingView().forecast(predictor));
      case 2 -> told(FakeMetricView.empty().forecast(predictor));
      case 3 -> told(predictor.predict(new RandomInput(2, number).view()));
      default -> {
        predictor.feedback(prediction(predictor, number), actual(new RandomInput(2, number)));
        yield "heard";
      }
    };
  }

  private static String told(@Nullable Forecast forecast) {
    return text(forecast, "predict()", Forecast::toString);
  }

  @Override
  void strange(FailurePredictor predictor, RandomInput random) {
    if (random.chance(0.2)) {
      predictor.feedback(prediction(predictor, random.below(1_000)), actual(random));
    }
    check(predictor.predict(random.view()));
  }

  private static void check(@Nullable Forecast forecast) {
    assertThat(forecast).as("predict() must answer none, a failure or unknown").isNotNull();
    if (forecast instanceof Forecast.Failure failure) {
      Double earliest = failure.earliestSeconds();
      Double latest = failure.latestSeconds();
      assertThat(earliest == null || latest == null || earliest <= latest)
          .as("the interval of %s: the earliest time is not after the latest", failure)
          .isTrue();
      assertThat(failure.factors()).as("the factors of %s", failure).allMatch(f -> !f.isBlank());
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
  void nothingIsForecastOfACalmServer() {
    assertThat(calmView().forecast(predictor()))
        .as("the forecast of calmView(); unknown means that the view lacks what predict() asks")
        .isEqualTo(Forecast.none());
  }

  @Test
  void aFailureIsForecastWithAReason() {
    Forecast forecast = failingView().forecast(predictor());
    assertThat(forecast).as("the forecast of failingView()").isInstanceOf(Forecast.Failure.class);
    assertThat(((Forecast.Failure) forecast).factors())
        .as("what it was seen by: because(\"…\") with the numbers")
        .isNotEmpty();
    check(forecast);
  }

  @Test
  void missingDataIsUnknown() {
    assertThat(FakeMetricView.empty().forecast(predictor()))
        .as("a view without any data must be unknown, never 'nothing to come'")
        .isInstanceOf(Forecast.Unknown.class);
  }

  @Test
  void whatIsNoNumberIsNeverNothingToCome() {
    assertThat(calmView().mapped(value -> Double.NaN).forecast(predictor()))
        .as("the forecast where every sample is NaN")
        .isNotNull()
        .isNotEqualTo(Forecast.none());
  }

  @Test
  void endlessNumbersAndSingleMissingMetricsAreSurvived() {
    for (FakeMetricView view : List.of(calmView(), failingView())) {
      check(view.mapped(value -> Double.POSITIVE_INFINITY).forecast(predictor()));
      check(view.mapped(value -> Double.NEGATIVE_INFINITY).forecast(predictor()));
    }
    Set<String> names = new TreeSet<>(calmView().names());
    names.addAll(failingView().names());
    for (String name : names) {
      check(calmView().without(name).forecast(predictor()));
      check(failingView().without(name).forecast(predictor()));
    }
  }

  @Test
  void itsHorizonIsATimeThatCanPass() {
    assertThat(predictor().horizon())
        .as("horizon() is more than zero, at most a year, and always the same")
        .isPositive()
        .isLessThanOrEqualTo(LONGEST_HORIZON)
        .isEqualTo(predictor().horizon());
  }

  private FailurePrediction prediction(FailurePredictor predictor, int number) {
    RandomInput random = new RandomInput(3, number);
    double probability = random.below(101) / 100.0;
    Instant at = random.at();
    return new FailurePrediction(
        "prediction-" + number,
        RandomInput.TARGET,
        at,
        random.one(LifecycleState.values()),
        null,
        random.one(io.vllmmonitor.api.lifecycle.FailureKind.values()),
        Duration.ofSeconds(60),
        null,
        null,
        probability,
        PredictionConfidence.of(probability),
        List.of(random.text()),
        List.of(),
        predictor.id(),
        1,
        null);
  }

  private static ActualOutcome actual(RandomInput random) {
    return new ActualOutcome(
        random.one(ActualOutcome.Result.values()), random.at(), null, "as the test says");
  }
}
