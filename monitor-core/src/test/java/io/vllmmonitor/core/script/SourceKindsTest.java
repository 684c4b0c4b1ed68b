package io.vllmmonitor.core.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.extension.Extension;
import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.api.guardrail.Severity;
import io.vllmmonitor.api.guardrail.Verdict;
import io.vllmmonitor.api.incident.Incident;
import io.vllmmonitor.api.incident.IncidentStatus;
import io.vllmmonitor.api.learning.Advice;
import io.vllmmonitor.api.learning.DecisionQuery;
import io.vllmmonitor.api.learning.Learner;
import io.vllmmonitor.api.learning.LearningEvent;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.lifecycle.LifecycleListener;
import io.vllmmonitor.api.lifecycle.LifecycleState;
import io.vllmmonitor.api.lifecycle.StateCheckpoint;
import io.vllmmonitor.api.lifecycle.StateTransition;
import io.vllmmonitor.api.mitigation.ActionStep;
import io.vllmmonitor.api.mitigation.MitigationStrategy;
import io.vllmmonitor.api.outcome.MitigationOutcome;
import io.vllmmonitor.api.plugin.PluginContext;
import io.vllmmonitor.api.prediction.ActualOutcome;
import io.vllmmonitor.api.prediction.FailurePrediction;
import io.vllmmonitor.api.prediction.FailurePredictor;
import io.vllmmonitor.api.prediction.Forecast;
import io.vllmmonitor.api.prediction.PredictionConfidence;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.source.MetricsSource;
import io.vllmmonitor.api.target.TargetCapabilities;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.testkit.plugin.FakeMetricView;
import io.vllmmonitor.testkit.plugin.FakePluginContext;
import io.vllmmonitor.testkit.plugin.FakeScope;
import io.vllmmonitor.testkit.plugin.FakeState;
import io.vllmmonitor.testkit.plugin.FakeTargetHttp;
import io.vllmmonitor.testkit.plugin.RecordingSink;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every kind can be dropped; the examples are those of the guide. */
@Timeout(60)
class SourceKindsTest {
  private static final TargetId TARGET = new TargetId("127.0.0.1:8000");
  private static final Instant NOW = Instant.parse("2026-11-25T00:00:00Z");

  @Test
  void aGuardrailJudges() throws IOException {
    Guardrail guardrail = (Guardrail) example("SwapsGrow", FakePluginContext.forTarget());
    FakeMetricView view = FakeMetricView.empty().sample("vllm:num_preemptions_total", 0);
    view = view.later(Duration.ofSeconds(50)).sample("vllm:num_preemptions_total", 100);
    assertThat(guardrail.check(view))
        .isInstanceOfSatisfying(
            Verdict.Breach.class,
            breach -> assertThat(breach.reason()).endsWith(" preemptions a minute"));
  }

  @Test
  void aPredictorForecastsAndTakesFeedbackAndKeepsItsState() throws IOException {
    FailurePredictor predictor =
        (FailurePredictor) example("CacheRunsFull", FakePluginContext.forTarget());
    FakeMetricView view = FakeMetricView.empty().sample("vllm:kv_cache_usage_perc", 0.5);
    assertThat(predictor.predict(view)).isEqualTo(Forecast.none());
    view = view.later(Duration.ofSeconds(30)).sample("vllm:kv_cache_usage_perc", 0.65);
    view = view.later(Duration.ofSeconds(30)).sample("vllm:kv_cache_usage_perc", 0.8);
    Forecast.Failure failure = (Forecast.Failure) predictor.predict(view);
    assertThat(failure.kind()).isEqualTo(FailureKind.CACHE_OVERFLOW);
    assertThat(failure.probability()).isEqualTo(0.7);
    assertThat(failure.secondsToFailure()).isBetween(30.0, 50.0);
    assertThat(failure.factors()).hasSize(1);
    assertThat(predictor.horizon()).isEqualTo(Duration.ofMinutes(10));
    predictor.feedback(
        prediction(), new ActualOutcome(ActualOutcome.Result.FALSE_ALARM, NOW, null, "nothing"));
    FakeState state = new FakeState();
    predictor.saveState(state);
    FailurePredictor next =
        (FailurePredictor) example("CacheRunsFull", FakePluginContext.forTarget());
    next.restoreState(state.reader(), 1);
    assertThat(((Forecast.Failure) next.predict(view)).probability()).isEqualTo(0.7 - 0.05);
  }

  @Test
  void aStrategyPlansAndMeasures() throws IOException {
    MitigationStrategy strategy =
        (MitigationStrategy) example("PauseUntilDrained", FakePluginContext.forTarget());
    FakeMetricView before = FakeMetricView.empty().sample("vllm:num_requests_waiting", 10);
    FakeMetricView after = FakeMetricView.empty().sample("vllm:num_requests_waiting", 2);
    Incident incident = incident(FailureKind.REQUEST_BACKLOG);
    TargetCapabilities pausing = new TargetCapabilities("0.9", Set.of("/pause"));
    assertThat(strategy.suitability(incident, before, pausing)).isEqualTo(0.2);
    assertThat(strategy.suitability(incident(FailureKind.ENGINE_HANG), before, pausing)).isZero();
    assertThat(strategy.plan(incident, before).steps())
        .extracting(ActionStep::action)
        .containsExactly("pause");
    assertThat(strategy.verify(incident, before, after).outcome())
        .isEqualTo(MitigationOutcome.SUCCESS);
  }

  @Test
  void aLearnerRanksByWhatItObserved() throws IOException {
    Learner learner = (Learner) example("RecentSuccess", FakePluginContext.forDaemon());
    learner.observe(event("good", MitigationOutcome.SUCCESS));
    learner.observe(event("bad", MitigationOutcome.MADE_WORSE));
    Advice advice = learner.advise(new DecisionQuery("any", List.of("bad", "new", "good")));
    assertThat(advice.ranking())
        .extracting(Advice.Ranked::strategy)
        .containsExactly("good", "new", "bad");
    assertThat(learner.modelCard().observations()).isEqualTo(2);
    FakeState state = new FakeState();
    learner.saveState(state);
    Learner next = (Learner) example("RecentSuccess", FakePluginContext.forDaemon());
    next.restoreState(state.reader(), 1);
    assertThat(next.modelCard()).isEqualTo(learner.modelCard());
  }

  @Test
  void aListenerHearsAndLogs() throws IOException {
    FakePluginContext context = FakePluginContext.forTarget();
    LifecycleListener listener = (LifecycleListener) example("FailureLog", context);
    listener.onTransition(checkpoint(LifecycleState.SERVING));
    listener.onTransition(checkpoint(LifecycleState.ERROR));
    assertThat(context.log().lines())
        .singleElement()
        .asString()
        .contains("127.0.0.1:8000 went from READY to ERROR: as the test wants");
  }

  @Test
  void aMetricsSourceCollectsFromItsTarget() throws IOException {
    FakeTargetHttp http = new FakeTargetHttp().json("GET /load", 200, "{\"server_load\": 42}");
    FakePluginContext context = FakePluginContext.forTarget().with(http);
    MetricsSource source = (MetricsSource) example("LoadOfServer", context);
    RecordingSink sink = new RecordingSink();
    source.collect(context.target().orElseThrow(), sink, FakeScope.at(NOW));
    assertThat(sink.samples()).containsEntry(SeriesKey.of("server_load"), 42.0);
    assertThat(source.metrics()).hasSize(1);
    http.json("GET /load", 200, "x".repeat(Guarded.LARGEST_PAGE + 1));
    MonitorException large =
        catchThrowableOfType(
            MonitorException.class,
            () -> source.probe(context.target().orElseThrow(), FakeScope.at(NOW)));
    assertThat(large.code()).isEqualTo(ErrorCode.GUARDRAIL_BUDGET_EXHAUSTED);
    assertThat(large.getMessage()).contains("LoadOfServer.java line ").contains("a page of");
  }

  /** What a kind may not have is refused, whatever interface is asked for it. */
  @ParameterizedTest
  @CsvSource({
    "lifecycle.LifecycleListener, public void onTransition("
        + "io.vllmmonitor.api.lifecycle.StateCheckpoint c) { context.http(); }",
    "prediction.FailurePredictor, public io.vllmmonitor.api.prediction.Forecast predict("
        + "io.vllmmonitor.api.view.MetricView v) { context.clock(); return null; }",
    "prediction.FailurePredictor, public io.vllmmonitor.api.prediction.Forecast predict("
        + "io.vllmmonitor.api.view.MetricView v) { context.history(); return null; }",
  })
  void aServiceThatAKindHasNotIsRefused(String type, String method) {
    MonitorException refused =
        catchThrowableOfType(MonitorException.class, () -> compiled(type, method));
    assertThat(refused.code()).isEqualTo(ErrorCode.GUARDRAIL_FORBIDDEN_CALL);
    assertThat(refused.getMessage()).contains("PluginContext");
  }

  @Test
  void aSourceReadsItsTargetAndNoMore() {
    String collect =
        "public java.util.List metrics() { return new java.util.ArrayList(); }"
            + " public void probe(io.vllmmonitor.api.target.Target t,"
            + " io.vllmmonitor.api.source.CollectScope s) { %s }"
            + " public void collect(io.vllmmonitor.api.target.Target t,"
            + " io.vllmmonitor.api.source.SampleSink k,"
            + " io.vllmmonitor.api.source.CollectScope s) { }";
    String get =
        "context.http().send(io.vllmmonitor.api.plugin.HttpCall.get(\"/\","
            + " java.time.Duration.ofSeconds(%s)));";
    MonitorException post =
        catchThrowableOfType(
            MonitorException.class,
            () ->
                compiled(
                    "source.MetricsSource",
                    collect.formatted(
                        "io.vllmmonitor.api.plugin.HttpCall.post(\"/\", \"\", s.remaining());")));
    assertThat(post.code()).isEqualTo(ErrorCode.GUARDRAIL_FORBIDDEN_CALL);
    assertThat(post.getMessage()).contains("a source only reads");
    for (String statements :
        new String[] {get.formatted("3600"), "while (true) { " + get.formatted("1") + " }"}) {
      MetricsSource source =
          (MetricsSource) made("source.MetricsSource", collect.formatted(statements));
      assertThat(
              code(
                  () ->
                      source.probe(
                          FakePluginContext.forTarget().target().orElseThrow(), FakeScope.at(NOW))))
          .isEqualTo(ErrorCode.GUARDRAIL_BUDGET_EXHAUSTED);
    }
  }

  @Test
  void nullIsNoAnswerAndEndlessCallsEndForEveryKind() {
    String predictor = "public io.vllmmonitor.api.prediction.Forecast predict(%s v) { %s }";
    String view = "io.vllmmonitor.api.view.MetricView";
    FailurePredictor silent =
        (FailurePredictor)
            made("prediction.FailurePredictor", predictor.formatted(view, "return null;"));
    assertThat(code(() -> silent.predict(FakeMetricView.empty())))
        .isEqualTo(ErrorCode.GUARDRAIL_EVALUATION);
    FailurePredictor endless =
        (FailurePredictor)
            made("prediction.FailurePredictor", predictor.formatted(view, "while (true) { }"));
    assertThat(code(() -> endless.predict(FakeMetricView.empty())))
        .isEqualTo(ErrorCode.GUARDRAIL_BUDGET_EXHAUSTED);
    LifecycleListener listener =
        (LifecycleListener)
            made(
                "lifecycle.LifecycleListener",
                "public void onTransition(io.vllmmonitor.api.lifecycle.StateCheckpoint c)"
                    + " { while (true) { } }");
    assertThat(code(() -> listener.onTransition(checkpoint(LifecycleState.ERROR))))
        .isEqualTo(ErrorCode.GUARDRAIL_BUDGET_EXHAUSTED);
  }

  @Test
  void collectionsOfTheWrongThingsAreFoundBeforeTheCoreSeesThem() {
    Learner learner =
        (Learner)
            made(
                "learning.Learner",
                """
                public void observe(io.vllmmonitor.api.learning.LearningEvent e) { }
                public io.vllmmonitor.api.learning.Advice advise(
                    io.vllmmonitor.api.learning.DecisionQuery q) {
                  java.util.List l = new java.util.ArrayList();
                  l.add("a text");
                  return new io.vllmmonitor.api.learning.Advice(l);
                }
                public io.vllmmonitor.api.learning.ModelCard modelCard() { return null; }
                """);
    MonitorException wrong =
        catchThrowableOfType(
            MonitorException.class, () -> learner.advise(new DecisionQuery("any", List.of("a"))));
    assertThat(wrong.code()).isEqualTo(ErrorCode.GUARDRAIL_EVALUATION);
    assertThat(wrong.getMessage()).contains("holds a String; expected only Ranked");
  }

  @Test
  void thePageSaysWhatEachKindMayUseAndWhatTheDialectLacks() throws IOException {
    String page = Files.readString(examples().resolve("../../dropped-sources.md"));
    for (SourceKind kind : SourceKind.values()) {
      assertThat(page)
          .containsPattern(
              "\\| `"
                  + kind.type().getSimpleName()
                  + "` \\| an? "
                  + kind.word()
                  + " \\| one per "
                  + (kind.perDaemon() ? "daemon" : "target")
                  + " \\| "
                  + String.format(Locale.ROOT, "%,d", kind.limits().steps())
                  + " \\| "
                  + (kind.limits().bytes() >> 20)
                  + " MiB \\|");
    }
    for (DialectGap gap : DialectGap.values()) {
      String before = gap.before().replaceAll("\\s+", " ").replace("|", "\\|");
      assertThat(page).contains("| `" + before + "` | `" + gap.after() + "` |");
    }
  }

  @Test
  void everyExampleIsUsedHere() throws IOException {
    try (Stream<Path> files = Files.list(examples())) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "SwapsGrow.java",
              "CacheRunsFull.java",
              "PauseUntilDrained.java",
              "RecentSuccess.java",
              "FailureLog.java",
              "LoadOfServer.java");
    }
  }

  private static Extension example(String name, PluginContext context) throws IOException {
    byte[] text = Files.readAllBytes(examples().resolve(name + ".java"));
    String file = "extensions/" + name + ".java";
    CompiledSource compiled = new SourceCompiler().compile(file, text);
    assertThat(compiled.compiler())
        .isEqualTo(name.equals("RecentSuccess") ? CompilerChoice.JAVAC : CompilerChoice.JANINO);
    return ScriptCode.load(file, compiled.header(), compiled.classes()).instantiate(context);
  }

  private static Path examples() {
    Path directory = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(directory.resolve(".mvn"))) {
      directory = java.util.Objects.requireNonNull(directory.getParent(), "no .mvn above");
    }
    return directory.resolve("docs/examples/sources");
  }

  private static CompiledSource compiled(String type, String members) {
    String text =
        """
        /*
         * id: probe
         * version: 1.0.0
         * description: A probe.
         */
        public class Probe implements io.vllmmonitor.api.TYPE {
          private final io.vllmmonitor.api.plugin.PluginContext context;
          public Probe(io.vllmmonitor.api.plugin.PluginContext context) { this.context = context; }
          public String id() { return "probe"; }
          MEMBERS
        }
        """
            .replace("TYPE", type)
            .replace("MEMBERS", members);
    return new SourceCompiler().compile(Sources.FILE, text.getBytes(StandardCharsets.UTF_8));
  }

  private static Extension made(String type, String members) {
    CompiledSource compiled = compiled(type, members);
    return ScriptCode.load(Sources.FILE, compiled.header(), compiled.classes())
        .instantiate(FakePluginContext.forTarget());
  }

  private static ErrorCode code(Runnable call) {
    return catchThrowableOfType(MonitorException.class, call::run).code();
  }

  private static Incident incident(FailureKind kind) {
    return new Incident(
        "i1", TARGET, kind, IncidentStatus.OPEN, Severity.ERROR, "s", NOW, null, List.of());
  }

  private static LearningEvent event(String strategy, MitigationOutcome outcome) {
    return new LearningEvent("a1", TARGET, "any", strategy, outcome, NOW);
  }

  private static StateCheckpoint checkpoint(LifecycleState state) {
    return new StateCheckpoint(
        "c1",
        TARGET,
        NOW,
        state,
        LifecycleState.READY,
        StateTransition.ERROR_RECOVERY,
        "as the test wants",
        Map.of(),
        Map.of(),
        Map.of(),
        Map.of(),
        null,
        List.of(),
        List.of(),
        Map.of());
  }

  private static FailurePrediction prediction() {
    return new FailurePrediction(
        "p1",
        TARGET,
        NOW,
        LifecycleState.SERVING,
        null,
        FailureKind.CACHE_OVERFLOW,
        null,
        null,
        null,
        0.7,
        PredictionConfidence.MEDIUM,
        List.of(),
        List.of(),
        "cache-runs-full",
        1,
        null);
  }
}
