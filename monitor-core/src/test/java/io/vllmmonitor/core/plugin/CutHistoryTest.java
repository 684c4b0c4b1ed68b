package io.vllmmonitor.core.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.code.CodeKind;
import io.vllmmonitor.api.code.CodeStatus;
import io.vllmmonitor.api.extension.StateSnapshot;
import io.vllmmonitor.api.guardrail.FiringStatus;
import io.vllmmonitor.api.guardrail.GuardrailFiring;
import io.vllmmonitor.api.guardrail.Severity;
import io.vllmmonitor.api.history.HistoryQuery;
import io.vllmmonitor.api.incident.Incident;
import io.vllmmonitor.api.incident.IncidentStatus;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.rehearsal.StateVersion;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.core.history.Pages;
import io.vllmmonitor.core.testing.MemoryHistory;
import io.vllmmonitor.testkit.time.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What code on trial can know of a history that goes on after its present. */
class CutHistoryTest {
  private static final TargetId TARGET = new TargetId("gpu:8000");
  private static final Instant T0 = Instant.parse("2026-11-25T12:00:00Z");

  private final MemoryHistory whole = new MemoryHistory();
  private final ManualClock clock = new ManualClock(T0);
  private final CutHistory cut = new CutHistory(whole, clock);

  private void firing(String id, long from, @Nullable Long to) {
    Instant cleared = to == null ? null : T0.plusSeconds(to);
    GuardrailFiring firing =
        new GuardrailFiring(
            id,
            TARGET,
            "kv",
            "hash",
            cleared == null ? FiringStatus.FIRING : FiringStatus.CLEARED,
            Severity.ERROR,
            FailureKind.CACHE_OVERFLOW,
            false,
            T0.plusSeconds(from),
            T0.plusSeconds(from),
            cleared,
            "full",
            Map.of());
    whole.write(out -> out.firing(firing));
  }

  private List<String> firings() {
    return Pages.all(HistoryQuery.newestOf(TARGET), page -> cut.firings(page, null, null)).stream()
        .map(GuardrailFiring::id)
        .toList();
  }

  @Test
  void whatWasNotOverByThenIsLeftOut() {
    firing("over", -100, -50L);
    firing("lasts", -90, null);
    firing("ends later", -80, 10L);
    firing("begins later", 10, 20L);
    assertThat(firings()).containsExactly("over");
    clock.advance(Duration.ofSeconds(10));
    assertThat(firings()).containsExactly("ends later", "over");
    clock.advance(Duration.ofSeconds(10));
    assertThat(firings()).containsExactly("begins later", "ends later", "over");
  }

  @Test
  void anIncidentIsKnownByItsIdOnceItIsClosed() {
    Incident incident =
        new Incident(
            "i1",
            TARGET,
            FailureKind.CACHE_OVERFLOW,
            IncidentStatus.CLOSED,
            Severity.ERROR,
            "full",
            T0.minusSeconds(60),
            T0.plusSeconds(60),
            List.of());
    whole.write(out -> out.incident(incident));
    assertThat(cut.incident("i1")).isEmpty();
    assertThat(cut.incidents(HistoryQuery.newest(), null).items()).isEmpty();
    clock.advance(Duration.ofSeconds(60));
    assertThat(cut.incident("i1")).contains(incident);
    assertThat(cut.incidents(HistoryQuery.newest(), null).items()).containsExactly(incident);
  }

  @Test
  void samplesEndAtThePresentWhateverIsAskedFor() {
    long now = T0.toEpochMilli();
    whole.put(
        new SeriesData(
            SeriesKey.of("usage"),
            new long[] {now - 5_000, now, now + 1, now + 5_000},
            new double[] {1, 2, 3, 4}));
    List<SeriesData> found =
        cut.metrics(SeriesSelector.ofName("usage"), T0.minusSeconds(60), T0.plusSeconds(60), 100);
    assertThat(found).singleElement().satisfies(data -> assertThat(data.size()).isEqualTo(2));
    assertThat(
            cut.metrics(SeriesSelector.ofName("usage"), T0.plusMillis(1), T0.plusSeconds(60), 100))
        .isEmpty();
  }

  @Test
  void statesAndGenerationsOfLaterAreNotThere() {
    StateSnapshot state =
        new StateSnapshot("kv", TARGET, "unit", "hash", 1, T0.plusSeconds(1), "{}");
    StateVersion version = new StateVersion("a", T0.plusSeconds(1), "{}");
    whole.write(
        out -> {
          out.state(state);
          out.stateVersion(version);
        });
    whole.put(
        new CodeGeneration(
            "unit",
            CodeKind.JAR,
            "1.0.0",
            1,
            "hash",
            "",
            "unit.jar",
            CodeStatus.ACTIVE,
            "",
            T0.plusSeconds(1)));
    assertThat(cut.state("kv", "unit", TARGET)).isEmpty();
    assertThat(cut.stateVersion("a")).isEmpty();
    assertThat(cut.generations("unit")).isEmpty();
    clock.advance(Duration.ofSeconds(1));
    assertThat(cut.state("kv", "unit", TARGET)).contains(state);
    assertThat(cut.stateVersion("a")).contains(version);
    assertThat(cut.generations("unit")).hasSize(1);
  }
}
