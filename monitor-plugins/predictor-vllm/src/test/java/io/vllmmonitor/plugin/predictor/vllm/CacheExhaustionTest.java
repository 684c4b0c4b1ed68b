package io.vllmmonitor.plugin.predictor.vllm;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.vllmmonitor.api.config.ConfigSpec;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.lifecycle.LifecycleState;
import io.vllmmonitor.api.prediction.ActualOutcome;
import io.vllmmonitor.api.prediction.ActualOutcome.Result;
import io.vllmmonitor.api.prediction.FailurePrediction;
import io.vllmmonitor.api.prediction.FailurePredictor;
import io.vllmmonitor.api.prediction.Forecast;
import io.vllmmonitor.api.prediction.PredictionConfidence;
import io.vllmmonitor.testkit.plugin.FakeMetricView;
import io.vllmmonitor.testkit.plugin.FakePluginContext;
import io.vllmmonitor.testkit.plugin.FakeState;
import io.vllmmonitor.testkit.plugin.Recording;
import io.vllmmonitor.testkit.plugin.Recording.Session;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** When the end of the KV cache is foretold, with which odds, and when it is not. */
class CacheExhaustionTest {
  private static final String USAGE = "vllm:kv_cache_usage_perc{engine=\"0\"}";
  private static final String WAITING = "vllm:num_requests_waiting{engine=\"0\"}";

  private static FailurePredictor predictor(Map<String, String> config) {
    return new VllmPredictorPlugin()
        .predictors(FakePluginContext.forTarget().withConfig(config))
        .get(0);
  }

  /** A minute in which the usage went from one value to another in a straight line. */
  private static FakeMetricView line(double from, double to, double waiting) {
    FakeMetricView view = FakeMetricView.empty();
    for (int second = 0; second <= 60; second++) {
      view.later(Duration.ofSeconds(1));
      view.sample(USAGE, from + (to - from) * second / 60);
      view.sample(WAITING, waiting);
    }
    return view;
  }

  private static Forecast.Failure foretold(FailurePredictor predictor, FakeMetricView view) {
    Forecast forecast = predictor.predict(view);
    assertThat(forecast).isInstanceOf(Forecast.Failure.class);
    return (Forecast.Failure) forecast;
  }

  private static void feedBack(FailurePredictor predictor, Result result) {
    predictor.feedback(
        new FailurePrediction(
            "p1",
            FakeMetricView.empty().target(),
            Instant.EPOCH,
            LifecycleState.SERVING,
            null,
            FailureKind.CACHE_OVERFLOW,
            null,
            null,
            null,
            0.5,
            PredictionConfidence.LOW,
            List.of(),
            List.of(),
            predictor.id(),
            1,
            null),
        new ActualOutcome(result, Instant.EPOCH, null, "so it was"));
  }

  @Test
  void aCacheThatFillsIsForetoldWithTheTimeThatIsLeft() {
    Forecast.Failure failure = foretold(predictor(Map.of()), line(0.4, 0.8, 7));
    assertThat(failure.kind()).isEqualTo(FailureKind.CACHE_OVERFLOW);
    assertThat(failure.probability()).isEqualTo(0.5);
    assertThat(failure.secondsToFailure()).isCloseTo(30, within(0.1));
    assertThat(failure.earliestSeconds()).isCloseTo(15, within(0.1));
    assertThat(failure.latestSeconds()).isCloseTo(120, within(0.1));
    assertThat(failure.factors())
        .containsExactly(
            "the KV cache is 80 % full and fills by 40.0 % a minute", "7 requests wait already");
    assertThat(failure.recommendedMitigations()).containsExactly("relieve_preemption_thrash");
  }

  @ParameterizedTest
  @CsvSource({
    "0.1, 0.45", // far from full
    "0.9, 0.8", // empties
    "0.8, 0.8", // stands
    "0.6, 0.62", // more than five minutes left
    "1.0, 1.0", // full already: the guardrail's business
  })
  void anythingElseIsNot(double from, double to) {
    assertThat(predictor(Map.of()).predict(line(from, to, 7))).isEqualTo(Forecast.none());
  }

  @Test
  void withoutSamplesItAsksInVainAndSaysNothing() {
    FakeMetricView view = FakeMetricView.empty();
    assertThat(predictor(Map.of()).predict(view)).isEqualTo(Forecast.none());
    // The core makes unknown of that.
    assertThat(view.missing()).isNotEmpty();
  }

  @Test
  void theOddsAreItsOwnRecord() {
    FailurePredictor predictor = predictor(Map.of());
    for (Result result :
        List.of(Result.CAME_TRUE, Result.CAME_TRUE, Result.FALSE_ALARM, Result.UNDECIDED)) {
      feedBack(predictor, result);
    }
    assertThat(foretold(predictor, line(0.4, 0.8, 0)).probability()).isEqualTo(0.6);
    FailurePredictor restored = predictor(Map.of());
    FakeState state = FakeState.savedBy(predictor);
    state.restoreInto(restored);
    assertThat(FakeState.savedBy(restored).describe()).isEqualTo(state.describe());
    assertThat(foretold(restored, line(0.4, 0.8, 0)).probability()).isEqualTo(0.6);
  }

  @Test
  void aNewOneHasNothingToSave() {
    assertThat(FakeState.savedBy(predictor(Map.of())).describe()).isEmpty();
  }

  @Test
  void theSameViewGetsTheSameForecast() {
    assertThat(predictor(Map.of()).predict(line(0.4, 0.8, 7)))
        .isEqualTo(predictor(Map.of()).predict(line(0.4, 0.8, 7)));
  }

  @Test
  void itsNameAndItsConfigurationAreInOrder() {
    FailurePredictor predictor = predictor(Map.of());
    assertThat(predictor.id()).isEqualTo("kv_cache_exhaustion");
    assertThat(predictor.configSpec().keys())
        .extracting(ConfigSpec.Key::name)
        .containsExactly("window", "ahead", "least_usage");
    assertThat(predictor(Map.of("least_usage", "0.9")).predict(line(0.4, 0.8, 0)))
        .isEqualTo(Forecast.none());
    assertThat(predictor(Map.of("ahead", "20")).predict(line(0.4, 0.8, 0)))
        .isEqualTo(Forecast.none());
    assertThatThrownBy(() -> predictor(Map.of("window", "9")))
        .isInstanceOf(MonitorException.class)
        .hasMessageContaining("'window' is 9.0; expected 10.0 to 600.0");
  }

  @Test
  void onARealServerTheThrashWasForetoldOnceBeforeItBegan() {
    List<Instant> foretold = foretold(Session.KV_PRESSURE_AND_TIMEOUT);
    Instant firstPreemptions = Instant.ofEpochSecond(1_795_513_775L);
    assertThat(foretold).hasSize(1);
    assertThat(foretold.get(0)).isBetween(firstPreemptions.minusSeconds(20), firstPreemptions);
  }

  @ParameterizedTest
  @EnumSource(names = "KV_PRESSURE_AND_TIMEOUT", mode = EnumSource.Mode.EXCLUDE)
  void onRealServersWithoutThrashNothingWasForetold(Session session) {
    assertThat(foretold(session)).isEmpty();
  }

  /** When it spoke, while no earlier word of it was open. */
  private static List<Instant> foretold(Session session) {
    FailurePredictor predictor = predictor(Map.of());
    List<Instant> times = new ArrayList<>();
    Instant[] open = {Instant.EPOCH};
    Recording.of(session)
        .replay(
            (view, scrape) -> {
              if (predictor.predict(view) instanceof Forecast.Failure failure
                  && view.now().isAfter(open[0])) {
                times.add(view.now());
                long latest = Math.round(requireNonNull(failure.latestSeconds()) * 1_000);
                open[0] = view.now().plusMillis(latest);
              }
            });
    return times;
  }
}
