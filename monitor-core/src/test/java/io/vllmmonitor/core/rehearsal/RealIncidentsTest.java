package io.vllmmonitor.core.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.guardrail.FiringStatus;
import io.vllmmonitor.api.guardrail.GuardrailFiring;
import io.vllmmonitor.api.guardrail.Severity;
import io.vllmmonitor.api.incident.Incident;
import io.vllmmonitor.api.incident.IncidentStatus;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.lifecycle.LifecycleState;
import io.vllmmonitor.api.lifecycle.StateCheckpoint;
import io.vllmmonitor.api.lifecycle.StateTransition;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.core.rehearsal.RealIncidents.RealIncident;
import io.vllmmonitor.core.testing.MemoryHistory;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RealIncidentsTest {
  private static final Instant T0 = Instant.parse("2026-11-25T12:00:00Z");
  private static final TargetId TARGET = new TargetId("gpu:8000");
  private static final FailureKind KIND = FailureKind.CACHE_OVERFLOW;

  private final MemoryHistory history = new MemoryHistory();

  private void firing(String id, String guardrail, long from, @Nullable Long to) {
    Instant cleared = to == null ? null : T0.plusSeconds(to);
    GuardrailFiring firing =
        new GuardrailFiring(
            id,
            TARGET,
            guardrail,
            "hash",
            cleared == null ? FiringStatus.FIRING : FiringStatus.CLEARED,
            Severity.ERROR,
            KIND,
            false,
            T0.plusSeconds(from),
            T0.plusSeconds(from),
            cleared,
            "full",
            Map.of());
    history.write(out -> out.firing(firing));
  }

  private void incident(String id, long from, long to, String... firings) {
    Incident incident =
        new Incident(
            id,
            TARGET,
            KIND,
            IncidentStatus.CLOSED,
            Severity.ERROR,
            "full",
            T0.plusSeconds(from),
            T0.plusSeconds(to),
            List.of(firings));
    history.write(out -> out.incident(incident));
  }

  private void state(LifecycleState state, long at) {
    StateCheckpoint checkpoint =
        new StateCheckpoint(
            "c" + at,
            TARGET,
            T0.plusSeconds(at),
            state,
            LifecycleState.READY,
            StateTransition.STARTUP,
            "because",
            Map.of(),
            Map.of(),
            Map.of(),
            Map.of(),
            null,
            List.of(),
            List.of(),
            Map.of());
    history.write(out -> out.checkpoint(checkpoint));
  }

  private List<RealIncident> real() {
    return RealIncidents.read(history, TARGET, T0.minusSeconds(60), T0.plusSeconds(10_000))
        .of(KIND, TARGET, T0.minusSeconds(60));
  }

  @Test
  void anIncidentThatOneGuardrailAloneOpenedProvesNothing() {
    firing("f1", "kv", 100, 200L);
    incident("i1", 100, 200, "f1");
    state(LifecycleState.SERVING, 150);
    assertThat(real()).isEmpty();
  }

  @Test
  void aStateOfFailureWithinItMakesItReal() {
    firing("f1", "kv", 100, 200L);
    incident("i1", 100, 200, "f1");
    state(LifecycleState.ERROR, 150);
    assertThat(real())
        .singleElement()
        .satisfies(one -> assertThat(one.evidenceBesides("kv")).isEqualTo(T0.plusSeconds(150)));
  }

  @Test
  void aStateOfFailureLongBeforeOrAfterItDoesNot() {
    firing("f1", "kv", 1_000, 1_100L);
    incident("i1", 1_000, 1_100, "f1");
    state(LifecycleState.ERROR, 600);
    state(LifecycleState.TERMINATED, 1_200);
    assertThat(real()).isEmpty();
  }

  @Test
  void aSecondGuardrailMakesItRealAndIsTheEvidenceForTheFirst() {
    firing("f1", "kv", 100, 300L);
    firing("f2", "queue", 160, 290L);
    incident("i1", 100, 300, "f1", "f2");
    RealIncident one = real().get(0);
    assertThat(one.evidenceBesides("kv")).isEqualTo(T0.plusSeconds(160));
    assertThat(one.evidenceBesides("queue")).isEqualTo(T0.plusSeconds(100));
  }

  @Test
  void scoresCountWhatWasToldMissedAndCriedInVain() {
    state(LifecycleState.ERROR, 150);
    firing("f1", "kv", 100, 200L);
    incident("i1", 100, 200, "f1");
    state(LifecycleState.ERROR, 5_010);
    firing("f2", "other", 5_000, 5_100L);
    incident("i2", 5_000, 5_100, "f2");
    List<FiringSpan> kv =
        List.of(
            new FiringSpan(TARGET, T0.plusSeconds(100), T0.plusSeconds(200)),
            new FiringSpan(TARGET, T0.plusSeconds(3_000), T0.plusSeconds(3_010)),
            new FiringSpan(TARGET, T0.plusSeconds(9_000), null));

    Score score = Score.of("kv", kv, real());

    assertThat(score).isEqualTo(new Score(1, 1, 1, 2, 1, 1, Duration.ofSeconds(50)));
  }

  @Test
  void aFiringThatIsOverShortlyBeforeStillCountsAsAWarning() {
    state(LifecycleState.ERROR, 1_000);
    firing("f2", "other", 1_000, 1_100L);
    incident("i1", 1_000, 1_100, "f2");
    FiringSpan warning = new FiringSpan(TARGET, T0.plusSeconds(300), T0.plusSeconds(400));
    FiringSpan tooEarly = new FiringSpan(TARGET, T0.plusSeconds(10), T0.plusSeconds(90));

    assertThat(Score.of("kv", List.of(warning), real()).medianLead())
        .isEqualTo(Duration.ofSeconds(700));
    assertThat(Score.of("kv", List.of(tooEarly), real()).caught()).isZero();
  }
}
