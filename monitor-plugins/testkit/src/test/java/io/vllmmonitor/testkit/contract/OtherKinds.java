package io.vllmmonitor.testkit.contract;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.extension.StateReader;
import io.vllmmonitor.api.extension.StateWriter;
import io.vllmmonitor.api.guardrail.Severity;
import io.vllmmonitor.api.incident.Incident;
import io.vllmmonitor.api.incident.IncidentStatus;
import io.vllmmonitor.api.learning.Advice;
import io.vllmmonitor.api.learning.DecisionQuery;
import io.vllmmonitor.api.learning.Learner;
import io.vllmmonitor.api.learning.LearningEvent;
import io.vllmmonitor.api.learning.LearningMethod;
import io.vllmmonitor.api.learning.ModelCard;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.lifecycle.LifecycleListener;
import io.vllmmonitor.api.lifecycle.StateCheckpoint;
import io.vllmmonitor.api.mitigation.ActionPlan;
import io.vllmmonitor.api.mitigation.ActionResult;
import io.vllmmonitor.api.mitigation.ActionStep;
import io.vllmmonitor.api.mitigation.Actuator;
import io.vllmmonitor.api.mitigation.MitigationStrategy;
import io.vllmmonitor.api.notify.Exporter;
import io.vllmmonitor.api.notify.Notification;
import io.vllmmonitor.api.notify.Notifier;
import io.vllmmonitor.api.outcome.Measurement;
import io.vllmmonitor.api.outcome.MitigationOutcome;
import io.vllmmonitor.api.plugin.HttpAnswer;
import io.vllmmonitor.api.plugin.HttpCall;
import io.vllmmonitor.api.plugin.HttpService;
import io.vllmmonitor.api.prediction.FailurePredictor;
import io.vllmmonitor.api.prediction.Forecast;
import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.MetricKind;
import io.vllmmonitor.api.sample.MetricSpec;
import io.vllmmonitor.api.sample.MetricType;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.source.CollectScope;
import io.vllmmonitor.api.source.MetricsSource;
import io.vllmmonitor.api.source.SampleSink;
import io.vllmmonitor.api.source.TargetDiscovery;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.api.target.TargetCapabilities;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.api.view.MetricView;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One small extension of each kind that keeps to its contract. */
final class OtherKinds {
  private OtherKinds() {}

  static class Filling implements FailurePredictor {
    @Override
    public String id() {
      return "filling";
    }

    @Override
    public Forecast predict(MetricView view) {
      double used = view.max("used");
      return used > 0.5
          ? Forecast.failure(FailureKind.CACHE_OVERFLOW, Math.min(1, used))
              .because("used is " + used)
          : Forecast.none();
    }
  }

  static class Drain implements MitigationStrategy {
    static final String ROUTE = "POST /pause";

    static Incident incident() {
      return new Incident(
          "i-1",
          new TargetId("127.0.0.1:8000"),
          FailureKind.REQUEST_BACKLOG,
          IncidentStatus.OPEN,
          Severity.ERROR,
          "many wait",
          Instant.parse("2026-01-01T00:00:00Z"),
          null,
          List.of("f-1"));
    }

    @Override
    public String id() {
      return "drain";
    }

    @Override
    public double suitability(Incident incident, MetricView view, TargetCapabilities offered) {
      return incident.kind() == FailureKind.REQUEST_BACKLOG && offered.serves(ROUTE) ? 0.6 : 0;
    }

    @Override
    public ActionPlan plan(Incident incident, MetricView view) {
      return new ActionPlan(
          "Pause and drain",
          List.of(ActionStep.of("test.pause", Duration.ofSeconds(5))),
          List.of(),
          "everyone waits",
          Duration.ofSeconds(30));
    }

    @Override
    public Measurement verify(Incident incident, MetricView before, MetricView after) {
      double was = before.sum("waiting");
      double is = after.sum("waiting");
      return Measurement.of(
          is < was ? MitigationOutcome.SUCCESS : MitigationOutcome.FAILURE, was + " to " + is);
    }
  }

  static class Pausing implements Actuator {
    final HttpService http;

    Pausing(HttpService http) {
      this.http = http;
    }

    @Override
    public String id() {
      return "pausing";
    }

    @Override
    public Set<String> actions() {
      return Set.of("test.pause");
    }

    @Override
    public Optional<String> dryRun(Target target, TargetCapabilities offered, ActionStep step) {
      return actions().contains(step.action()) && step.arguments().isEmpty()
          ? Optional.empty()
          : Optional.of("not known: " + step);
    }

    @Override
    public ActionResult execute(Target target, ActionStep step) {
      try {
        HttpAnswer answer = http.send(call(step));
        return result(
            step, answer.status() == 200 ? ActionResult.Status.DONE : ActionResult.Status.FAILED);
      } catch (MonitorException e) {
        return result(
            step,
            e.code() == ErrorCode.TARGET_UNREACHABLE
                ? ActionResult.Status.FAILED
                : ActionResult.Status.UNKNOWN);
      }
    }

    static HttpCall call(ActionStep step) {
      return HttpCall.post("/pause", "{}", step.deadline());
    }

    static ActionResult result(ActionStep step, ActionResult.Status status) {
      return new ActionResult(step.action(), status, "as asked", Duration.ZERO);
    }
  }

  static class Counting implements Learner {
    final Map<String, Double> good = new TreeMap<>();
    final Set<String> known = new HashSet<>();
    long observations;

    @Override
    public String id() {
      return "counting";
    }

    @Override
    public void observe(LearningEvent event) {
      if (known.add(event.attemptId())) {
        observations++;
        double value = event.outcome() == MitigationOutcome.SUCCESS ? 1 : -1;
        good.merge(event.strategy(), value, Double::sum);
      }
    }

    @Override
    public Advice advise(DecisionQuery query) {
      List<Advice.Ranked> ranking = new ArrayList<>();
      for (String strategy : query.strategies()) {
        double score = 1 / (1 + Math.exp(-good.getOrDefault(strategy, 0.0)));
        ranking.add(new Advice.Ranked(strategy, score, "counted"));
      }
      ranking.sort((a, b) -> Double.compare(b.score(), a.score()));
      return new Advice(ranking);
    }

    @Override
    public ModelCard modelCard() {
      return new ModelCard("Counting", LearningMethod.BAYESIAN, observations, Map.of());
    }

    @Override
    public void saveState(StateWriter state) {
      state.integer("observations", observations);
      state.text("known", String.join("\n", new java.util.TreeSet<>(known)));
      state.text("names", String.join("\n", good.keySet()));
      state.numbers("good", good.values().stream().mapToDouble(d -> d).toArray());
    }

    @Override
    public void restoreState(StateReader state, int fromVersion) {
      observations = state.integer("observations", 0);
      state.text("known", "").lines().forEach(known::add);
      List<String> names = state.text("names", "").lines().toList();
      double[] counts = state.numbers("good");
      for (int i = 0; i < Math.min(counts.length, names.size()); i++) {
        good.put(names.get(i), counts[i]);
      }
    }
  }

  static class Reading implements MetricsSource {
    private final SeriesKey key = new SeriesKey("up_time", Labels.of("engine", "0"));

    /** What the server says; null when there is none. */
    private final @Nullable String shown;

    Reading(@Nullable String shown) {
      this.shown = shown;
    }

    @Override
    public String id() {
      return "reading";
    }

    @Override
    public List<MetricSpec> metrics() {
      return List.of(
          MetricSpec.of("up_time", MetricKind.GAUGE, MetricType.HEALTH, "s", "How long it is up."));
    }

    @Override
    public void probe(Target target, CollectScope scope) {
      value();
    }

    @Override
    public void collect(Target target, SampleSink sink, CollectScope scope) {
      sink.sample(key, value());
    }

    double value() {
      if (shown == null) {
        throw failure(ErrorCode.TARGET_UNREACHABLE);
      }
      if (!shown.startsWith("up_time ")) {
        throw failure(ErrorCode.TARGET_NOT_METRICS);
      }
      return shown.length();
    }

    static MonitorException failure(ErrorCode code) {
      return new MonitorException(code, Blame.ENVIRONMENT, "as the test says");
    }
  }

  static class Hearing implements LifecycleListener {
    long heard;

    @Override
    public String id() {
      return "hearing";
    }

    @Override
    public void onTransition(StateCheckpoint checkpoint) {
      heard++;
    }

    @Override
    public void saveState(StateWriter state) {
      state.integer("heard", heard);
    }

    @Override
    public void restoreState(StateReader state, int fromVersion) {
      heard = state.integer("heard", 0);
    }
  }

  static class Telling implements Notifier {
    final List<String> out;

    Telling(List<String> out) {
      this.out = out;
    }

    @Override
    public String id() {
      return "telling";
    }

    @Override
    public void send(Notification notification) {
      out.add(notification.subject() + ": " + notification.message());
    }
  }

  static class HandingOn implements Exporter {
    final List<String> out;

    HandingOn(List<String> out) {
      this.out = out;
    }

    @Override
    public String id() {
      return "handing-on";
    }

    @Override
    public void export(SampleBatch batch) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < batch.size(); i++) {
        text.append(batch.series(i)).append(' ').append(batch.value(i)).append('\n');
      }
      out.add(new String(text.toString().getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8));
    }
  }

  static class Finding implements TargetDiscovery {
    final List<URI> found;

    Finding(List<URI> found) {
      this.found = found;
    }

    @Override
    public String id() {
      return "finding";
    }

    @Override
    public List<URI> candidates() {
      return found;
    }
  }
}
