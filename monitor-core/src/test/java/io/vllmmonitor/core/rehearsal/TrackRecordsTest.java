package io.vllmmonitor.core.rehearsal;

import static io.vllmmonitor.core.rehearsal.RunningGuardrails.KIND;
import static io.vllmmonitor.core.rehearsal.RunningGuardrails.TARGET;
import static io.vllmmonitor.core.rehearsal.RunningGuardrails.firing;
import static io.vllmmonitor.core.rehearsal.RunningGuardrails.generation;
import static io.vllmmonitor.core.rehearsal.RunningGuardrails.status;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.guardrail.GuardrailFiring;
import io.vllmmonitor.api.guardrail.Severity;
import io.vllmmonitor.api.incident.Incident;
import io.vllmmonitor.api.incident.IncidentStatus;
import io.vllmmonitor.core.guardrail.GuardrailStatus;
import io.vllmmonitor.core.rehearsal.TrackRecords.Rule;
import io.vllmmonitor.core.testing.MemoryHistory;
import io.vllmmonitor.testkit.time.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How the guardrails that run did, as far as their code goes back. */
class TrackRecordsTest {
  private static final Instant T0 = Instant.parse("2026-11-25T12:00:00Z");
  private static final Rule RULE = new Rule("kv", "hash");

  private final ManualClock clock = new ManualClock(T0.plusSeconds(50_000));
  private final MemoryHistory history = new MemoryHistory();
  private final List<GuardrailStatus> guardrails = new ArrayList<>();
  private final TrackRecords records = new TrackRecords(history, () -> guardrails, clock);

  private void fired(String id, String guardrail, String hash, long from, @Nullable Long to) {
    GuardrailFiring firing =
        firing(id, guardrail, hash, T0.plusSeconds(from), to == null ? null : T0.plusSeconds(to));
    history.write(out -> out.firing(firing));
  }

  /** An incident that two guardrails fired in. */
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

  private TrackRecord record() {
    return requireNonNull(records.all().get(RULE), "record");
  }

  @Test
  void firingsOfTheCodeThatRunsAreComparedWithRealIncidents() {
    guardrails.add(status("hash", false, 10));
    history.put(generation("hash", 2, T0));
    history.put(generation("before", 1, T0.minusSeconds(100_000)));
    fired("f1", "kv", "hash", 1_000, 1_100L);
    fired("f2", "other", "x", 1_040, 1_090L);
    incident("i1", 1_000, 1_100, "f1", "f2");
    fired("f3", "kv", "hash", 20_000, 20_060L);
    fired("f4", "kv", "hash", 49_000, null);
    fired("f5", "kv", "before", 30_000, 30_060L);
    fired("f6", "kv", "hash", -60, -30L);
    fired("f7", "other", "x", 40_000, 40_060L);
    fired("f8", "third", "y", 40_010, 40_060L);
    incident("i2", 40_000, 40_060, "f7", "f8");

    assertThat(records.all()).containsOnlyKeys(RULE);
    assertThat(record())
        .isEqualTo(new TrackRecord(T0, 3, 1, 1, 1, 2, 1, 0.5, 0.5, Duration.ofSeconds(40)));
  }

  @Test
  void withoutAnythingToCompareNothingIsClaimed() {
    guardrails.add(status("hash", false, 10));

    assertThat(record())
        .isEqualTo(
            new TrackRecord(
                clock.instant().minus(Duration.ofDays(30)), 0, 0, 0, 0, 0, 0, null, null, null));
    guardrails.clear();
    clock.advance(Duration.ofSeconds(31));
    assertThat(records.all()).isEmpty();
  }

  @Test
  void anAnswerIsKeptForHalfAMinute() {
    guardrails.add(status("hash", false, 10));
    history.put(generation("hash", 1, T0));
    assertThat(record().firings()).isZero();
    fired("f1", "kv", "hash", 1_000, 1_100L);
    clock.advance(Duration.ofSeconds(30));
    assertThat(record().firings()).isZero();
    clock.advance(Duration.ofSeconds(1));
    assertThat(record().firings()).isEqualTo(1);
    fired("f2", "kv", "hash", 2_000, 2_100L);
    clock.advance(Duration.ofMinutes(-1));
    assertThat(record().firings()).as("a clock that was set back does not freeze it").isEqualTo(2);
  }
}
