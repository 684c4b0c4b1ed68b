package io.vllmmonitor.api.guardrail;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.target.TargetId;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class VerdictTest {
  @Test
  void everyVerdictIsOneOfThree() {
    assertThat(kind(Verdict.pass())).isEqualTo("pass");
    assertThat(kind(Verdict.breach("x"))).isEqualTo("breach");
    assertThat(kind(Verdict.unknown("x"))).isEqualTo("unknown");
  }

  @Test
  void aReasonWithoutEndIsCut() {
    Verdict verdict = Verdict.breach(Severity.CRITICAL, "x".repeat(5_000));

    assertThat(verdict.<Integer>match(p -> 0, b -> b.reason().length(), u -> 0)).isEqualTo(1_000);
  }

  @Test
  void aClearedFiringKeepsEverythingElse() {
    Instant at = Instant.EPOCH;
    GuardrailFiring firing =
        new GuardrailFiring(
            "id",
            new TargetId("a:1"),
            "g",
            "hash",
            FiringStatus.FIRING,
            Severity.ERROR,
            FailureKind.CACHE_OVERFLOW,
            false,
            at,
            at,
            null,
            "full",
            Map.of("kv", 1.0));

    GuardrailFiring cleared = firing.cleared(at.plusSeconds(5));

    assertThat(cleared.status()).isEqualTo(FiringStatus.CLEARED);
    assertThat(cleared.clearedAt()).isEqualTo(at.plusSeconds(5));
    assertThat(cleared)
        .usingRecursiveComparison()
        .ignoringFields("status", "clearedAt")
        .isEqualTo(firing);
  }

  private static String kind(Verdict verdict) {
    return verdict.match(pass -> "pass", breach -> "breach", unknown -> "unknown");
  }
}
