package io.vllmmonitor.plugin.guardrail.vllm;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.api.guardrail.Verdict;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.testkit.plugin.FakeMetricView;
import io.vllmmonitor.testkit.plugin.FakePluginContext;
import io.vllmmonitor.testkit.plugin.Recording;
import io.vllmmonitor.testkit.plugin.Recording.Session;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What the guardrails say of real servers, with their patience and hold-down applied. */
class RecordedServersTest {
  @Test
  void anOrdinaryHalfHourRaisesNothingButSaturation() {
    Map<String, Instant> fired = firstFirings(Session.ORDINARY_HALF_HOUR);
    for (Guardrail guardrail : guardrails()) {
      if (guardrail.spec().kind() != FailureKind.REQUEST_BACKLOG) {
        assertThat(fired).doesNotContainKey(guardrail.id());
      }
    }
  }

  @Test
  void kvPressureIsThrash() {
    Map<String, Instant> fired = firstFirings(Session.KV_PRESSURE_AND_TIMEOUT);
    Instant pressure = Instant.ofEpochMilli(1795513766270L);
    assertThat(fired).containsKey("kv_cache_preemption_thrash");
    assertThat(fired.get("kv_cache_preemption_thrash"))
        .isBetween(pressure, pressure.plusSeconds(45));
    assertThat(fired).as("refusals of the full queue").containsKey("high_error_rate");
  }

  @Test
  void aSurgeIsABacklogAndNoThrash() {
    Map<String, Instant> fired = firstFirings(Session.HANG_AND_CRASH);
    Instant surge = Instant.ofEpochMilli(1795513131897L);
    assertThat(fired.get("request_queue_buildup")).isBetween(surge, surge.plusSeconds(31));
    assertThat(fired).doesNotContainKey("kv_cache_preemption_thrash");
  }

  @Test
  void plannedSilencesAndDeathsAreNoneOfTheseFaults() {
    assertThat(firstFirings(Session.SILENCES_AND_DEATHS))
        .doesNotContainKeys("kv_cache_preemption_thrash", "request_queue_buildup", "high_latency");
  }

  private static List<Guardrail> guardrails() {
    return new VllmGuardrailPlugin().guardrails(FakePluginContext.forTarget());
  }

  /** When each guardrail first fired. */
  private static Map<String, Instant> firstFirings(Session session) {
    Map<String, Instant> fired = new TreeMap<>();
    Map<String, Instant> breachSince = new HashMap<>();
    List<Guardrail> guardrails = guardrails();
    Recording.of(session)
        .replay(
            (view, scrape) -> {
              for (Guardrail guardrail : guardrails) {
                judge(guardrail, view, breachSince, fired);
              }
            });
    return fired;
  }

  private static void judge(
      Guardrail guardrail,
      FakeMetricView view,
      Map<String, Instant> breachSince,
      Map<String, Instant> fired) {
    if (view.judge(guardrail) instanceof Verdict.Breach) {
      Instant since = breachSince.computeIfAbsent(guardrail.id(), unused -> view.now());
      Duration held = Duration.between(since, view.now());
      if (held.compareTo(guardrail.spec().breachFor()) >= 0) {
        fired.putIfAbsent(guardrail.id(), view.now());
      }
    } else {
      breachSince.remove(guardrail.id());
    }
  }
}
