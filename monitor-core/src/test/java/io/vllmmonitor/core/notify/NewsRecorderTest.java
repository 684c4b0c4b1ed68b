package io.vllmmonitor.core.notify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.guardrail.FiringStatus;
import io.vllmmonitor.api.guardrail.GuardrailFiring;
import io.vllmmonitor.api.guardrail.Severity;
import io.vllmmonitor.api.incident.Incident;
import io.vllmmonitor.api.incident.IncidentStatus;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.lifecycle.LifecycleState;
import io.vllmmonitor.api.mitigation.AttemptStatus;
import io.vllmmonitor.api.mitigation.MitigationAttempt;
import io.vllmmonitor.api.notify.Notification;
import io.vllmmonitor.api.prediction.ActualOutcome;
import io.vllmmonitor.api.prediction.FailurePrediction;
import io.vllmmonitor.api.prediction.PredictionConfidence;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.core.testing.Attempts;
import io.vllmmonitor.core.testing.ManualClock;
import io.vllmmonitor.core.testing.MemoryHistory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What becomes news, and that nothing does which is not stored. */
class NewsRecorderTest {
  private static final TargetId TARGET = new TargetId("127.0.0.1:8000");
  private static final Instant START = ManualClock.START;

  private final MemoryHistory history = new MemoryHistory();
  private final List<Notification> news = new ArrayList<>();
  private final NewsRecorder recorder = new NewsRecorder(history, news::add);

  private static GuardrailFiring firing(String id, boolean shadow) {
    return new GuardrailFiring(
        id,
        TARGET,
        "kv",
        "hash",
        FiringStatus.FIRING,
        Severity.CRITICAL,
        FailureKind.CACHE_OVERFLOW,
        shadow,
        START,
        START,
        null,
        "The cache is full",
        Map.of());
  }

  private static Incident incident(String... firings) {
    return new Incident(
        "i1",
        TARGET,
        FailureKind.CACHE_OVERFLOW,
        IncidentStatus.OPEN,
        Severity.ERROR,
        "The cache is full",
        START,
        null,
        List.of(firings));
  }

  private List<String> lines() {
    return news.stream()
        .map(one -> one.topic() + " " + one.id() + " " + one.subject() + ": " + one.message())
        .toList();
  }

  @Test
  void firingsAndIncidentsAreToldWhenTheyBeginAndEnd() {
    GuardrailFiring firing = firing("f1", false);
    recorder.write(
        out -> {
          out.firing(firing);
          out.incident(incident("f1"));
        });
    Instant end = START.plusSeconds(90);
    recorder.write(
        out -> {
          out.firing(firing.cleared(end));
          out.incident(incident("f1").closed(end));
        });
    assertThat(lines())
        .containsExactly(
            "FIRING_BEGAN f1 kv: The cache is full",
            "INCIDENT_OPENED i1 CACHE_OVERFLOW: The cache is full",
            "FIRING_CLEARED f1 kv: Cleared after 90 s; it was: The cache is full",
            "INCIDENT_CLOSED i1 CACHE_OVERFLOW: Closed after 90 s; it was: The cache is full");
    assertThat(news).extracting(Notification::at).containsExactly(START, START, end, end);
    assertThat(news.get(0).severity()).isEqualTo(Severity.CRITICAL);
    assertThat(news.get(1).target()).isEqualTo(TARGET);
  }

  @Test
  void aFiringThatJoinsDoesNotOpenTheIncidentAgain() {
    recorder.write(
        out -> {
          out.firing(firing("f2", false));
          out.incident(incident("f1", "f2"));
        });
    assertThat(lines()).containsExactly("FIRING_BEGAN f2 kv: The cache is full");
  }

  @Test
  void twoFiringsThatOpenAnIncidentTogetherOpenItOnce() {
    recorder.write(
        out -> {
          out.firing(firing("f1", false));
          out.firing(firing("f2", false));
          out.incident(incident("f1", "f2"));
        });
    assertThat(news)
        .extracting(Notification::topic)
        .containsExactly(
            Notification.Topic.FIRING_BEGAN,
            Notification.Topic.FIRING_BEGAN,
            Notification.Topic.INCIDENT_OPENED);
  }

  @Test
  void aFiringInShadowIsNoNews() {
    recorder.write(out -> out.firing(firing("f1", true)));
    assertThat(news).isEmpty();
    assertThat(history.firings()).hasSize(1);
  }

  @Test
  void anAttemptIsToldOncePerStatusFromItsDispatchOn() {
    MitigationAttempt planned = Attempts.of("a1", TARGET, AttemptStatus.PLANNED, START, null);
    MitigationAttempt refused = Attempts.of("a2", TARGET, AttemptStatus.REFUSED, START, null);
    recorder.write(out -> out.attempt(planned));
    recorder.write(out -> out.attempt(refused));
    recorder.write(out -> out.attempt(refused));
    recorder.write(out -> out.attempt(Attempts.done(TARGET, START.plusSeconds(3))));
    assertThat(lines())
        .containsExactly(
            "MITIGATION_ATTEMPT a2 pause-and-drain: REFUSED against REQUEST_BACKLOG",
            "MITIGATION_ATTEMPT a1 pause-and-drain: SUCCEEDED against REQUEST_BACKLOG");
    assertThat(news.get(1).at()).isEqualTo(START.plusSeconds(3));
  }

  @Test
  void predictionsAreToldWhenTheyAreMadeAndResolved() {
    FailurePrediction made =
        new FailurePrediction(
            "p1",
            TARGET,
            START,
            LifecycleState.SERVING,
            null,
            FailureKind.CACHE_OVERFLOW,
            Duration.ofSeconds(90),
            null,
            null,
            0.75,
            PredictionConfidence.MEDIUM,
            List.of("it fills"),
            List.of(),
            "slope",
            1,
            null);
    recorder.write(out -> out.prediction(made));
    recorder.write(
        out ->
            out.prediction(
                made.resolved(
                    new ActualOutcome(
                        ActualOutcome.Result.CAME_TRUE,
                        START.plusSeconds(80),
                        "i1",
                        "It opened"))));
    assertThat(lines())
        .containsExactly(
            "PREDICTION p1 slope: CACHE_OVERFLOW expected with probability 0.75 in 90 s: it fills",
            "PREDICTION p1 slope: CACHE_OVERFLOW expected with probability 0.75 in 90 s: it fills;"
                + " CAME_TRUE: It opened");
    assertThat(news.get(1).at()).isEqualTo(START.plusSeconds(80));
  }

  @Test
  void whatTheStoreRefusesIsNoNews() {
    history.refuse(draft -> true);
    assertThatThrownBy(() -> recorder.write(out -> out.firing(firing("f1", false))))
        .isInstanceOf(MonitorException.class);
    assertThat(news).isEmpty();
  }
}
