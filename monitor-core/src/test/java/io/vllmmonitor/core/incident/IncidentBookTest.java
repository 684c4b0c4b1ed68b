package io.vllmmonitor.core.incident;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.guardrail.FiringStatus;
import io.vllmmonitor.api.guardrail.GuardrailFiring;
import io.vllmmonitor.api.guardrail.Severity;
import io.vllmmonitor.api.history.RestoreReport;
import io.vllmmonitor.api.incident.Incident;
import io.vllmmonitor.api.incident.IncidentStatus;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.core.identity.TimeOrderedIds;
import io.vllmmonitor.core.testing.ManualClock;
import io.vllmmonitor.core.testing.MemoryHistory;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class IncidentBookTest {
  private static final TargetId TARGET = new TargetId("h:1");
  private final ManualClock clock = new ManualClock();
  private final MemoryHistory history = new MemoryHistory();
  private final TimeOrderedIds ids = new TimeOrderedIds(clock, new Random(3));
  private IncidentBook book = newBook();

  private IncidentBook newBook() {
    return new IncidentBook(TARGET, history, history, ids, clock);
  }

  private GuardrailFiring firing(String id, FailureKind kind) {
    return new GuardrailFiring(
        id,
        TARGET,
        "rule-" + id,
        "hash",
        FiringStatus.FIRING,
        Severity.WARNING,
        kind,
        false,
        clock.instant(),
        clock.instant(),
        null,
        "reason of " + id,
        Map.of());
  }

  private void change(List<GuardrailFiring> begun, List<GuardrailFiring> cleared) {
    IncidentBook.Proposal proposal = book.propose(begun, cleared, clock.instant());
    history.write(
        entries -> {
          begun.forEach(entries::firing);
          cleared.forEach(firing -> entries.firing(firing.cleared(clock.instant())));
          proposal.changed().forEach(entries::incident);
        });
    book.apply(proposal);
  }

  @Test
  void aProposalChangesNothingUntilItIsApplied() {
    book.propose(List.of(firing("a", FailureKind.CPU_EXHAUSTION)), List.of(), clock.instant());
    assertThat(book.open()).isEmpty();
  }

  @Test
  void kindsHaveIncidentsOfTheirOwn() {
    change(
        List.of(firing("a", FailureKind.CPU_EXHAUSTION), firing("b", FailureKind.ENGINE_HANG)),
        List.of());
    assertThat(book.open())
        .extracting(Incident::kind)
        .containsExactlyInAnyOrder(FailureKind.CPU_EXHAUSTION, FailureKind.ENGINE_HANG);
    assertThat(book.open().get(0).summary()).startsWith("reason of ");
  }

  @Test
  void aFiringThatReplacesAnotherKeepsTheIncidentOpen() {
    GuardrailFiring a = firing("a", FailureKind.ENGINE_HANG);
    change(List.of(a), List.of());
    GuardrailFiring b = firing("b", FailureKind.ENGINE_HANG);
    change(List.of(b), List.of(a));
    assertThat(book.open()).hasSize(1);
    assertThat(book.open().get(0).firings()).containsExactly("a", "b");
    change(List.of(), List.of(b));
    assertThat(book.open()).isEmpty();
  }

  @Test
  void anIncidentComesBackWithTheFiringsThatLast() {
    GuardrailFiring a = firing("a", FailureKind.ENGINE_HANG);
    GuardrailFiring b = firing("b", FailureKind.ENGINE_HANG);
    change(List.of(a, b), List.of());
    change(List.of(), List.of(a));
    book.breachSeen(FailureKind.ENGINE_HANG, clock.instant(), Map.of());
    book = newBook();
    assertThat(book.restore())
        .singleElement()
        .extracting(RestoreReport.Item::status)
        .isEqualTo(RestoreReport.Status.RESTORED);
    assertThat(book.open()).hasSize(1);
    assertThat(book.lastBreach(FailureKind.ENGINE_HANG)).as("nothing was seen yet").isEmpty();
    change(List.of(), List.of(b));
    assertThat(book.open()).isEmpty();
    assertThat(history.incidents().get(0).status()).isEqualTo(IncidentStatus.CLOSED);
  }

  @Test
  void whatSeveralGuardrailsReadInOneViewIsAddedUp() {
    FailureKind kind = FailureKind.ENGINE_HANG;
    book.breachSeen(kind, clock.instant(), Map.of("old", 0.0));
    book.breachSeen(kind, clock.advanceSeconds(5), Map.of("a", 1.0));
    book.breachSeen(kind, clock.instant(), Map.of("b", 2.0));
    assertThat(book.lastBreach(kind).orElseThrow())
        .isEqualTo(new IncidentBook.Breach(clock.instant(), Map.of("a", 1.0, "b", 2.0)));
  }

  @Test
  void anIncidentThatCouldNeverCloseIsClosed() {
    GuardrailFiring a = firing("a", FailureKind.ENGINE_HANG);
    change(List.of(a), List.of());
    history.write(entries -> entries.firing(a.cleared(clock.instant())));
    book = newBook();
    assertThat(book.restore())
        .singleElement()
        .extracting(RestoreReport.Item::status)
        .isEqualTo(RestoreReport.Status.CHANGED);
    assertThat(book.open()).isEmpty();
    assertThat(history.incidents().get(0).status()).isEqualTo(IncidentStatus.CLOSED);
  }
}
