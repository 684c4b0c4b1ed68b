package io.vllmmonitor.core.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.history.AuditAction;
import io.vllmmonitor.api.history.AuditEntry;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.core.identity.TimeOrderedIds;
import io.vllmmonitor.core.telemetry.Problems;
import io.vllmmonitor.core.testing.ManualClock;
import io.vllmmonitor.core.testing.MemoryHistory;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AuditLogTest {
  private final ManualClock clock = new ManualClock();
  private final MemoryHistory history = new MemoryHistory();
  private final Problems problems = new Problems(clock, history);
  private final AuditLog audit =
      new AuditLog(clock, new TimeOrderedIds(clock, new Random(1)), history, problems);

  private final Deed disable = new Deed("cli:alice", AuditAction.PLUGIN_DISABLE, "kv");

  private void run(RuntimeException failure) {
    assertThatThrownBy(
            () ->
                audit.around(
                    disable,
                    () -> {
                      throw failure;
                    },
                    result -> Map.of()))
        .isSameAs(failure);
  }

  @Test
  void whatSucceedsIsNotedWithItsFacts() {
    int result = audit.around(disable, () -> 7, seven -> Map.of("rows", "7", "files", "2"));
    assertThat(result).isEqualTo(7);
    assertThat(history.audit())
        .singleElement()
        .satisfies(
            entry -> {
              assertThat(entry.at()).isEqualTo(ManualClock.START);
              assertThat(entry.actor()).isEqualTo("cli:alice");
              assertThat(entry.action()).isEqualTo(AuditAction.PLUGIN_DISABLE);
              assertThat(entry.subject()).isEqualTo("kv");
              assertThat(entry.target()).isNull();
              assertThat(entry.result()).isEqualTo(AuditEntry.Result.DONE);
              assertThat(entry.detail()).isEqualTo("files 2, rows 7");
              assertThat(entry.values()).isEqualTo(Map.of("rows", "7", "files", "2"));
            });
  }

  @Test
  void aDryRunAndATargetAreTold() {
    TargetId target = new TargetId("a:8000");
    audit.done(disable.dryRun(true).on(target), Map.of());
    AuditEntry entry = history.audit().get(0);
    assertThat(entry.result()).isEqualTo(AuditEntry.Result.DRY_RUN);
    assertThat(entry.target()).isEqualTo(target);
  }

  @Test
  void whatDoesNotSucceedIsNotedAndPassedOn() {
    run(new MonitorException(ErrorCode.PLUGIN_NOT_FOUND, Blame.OPERATOR, "There is none"));
    run(new MonitorException(ErrorCode.STORE_IO, Blame.ENVIRONMENT, "The disk broke"));
    run(new IllegalStateException("a bug"));
    assertThat(history.audit())
        .extracting(AuditEntry::result)
        .containsExactly(
            AuditEntry.Result.REFUSED, AuditEntry.Result.FAILED, AuditEntry.Result.FAILED);
    assertThat(history.audit().get(0).detail()).contains("VMON-5009", "There is none");
    assertThat(history.audit().get(0).values()).containsEntry("code", "VMON-5009");
    assertThat(history.audit().get(2).detail()).contains("a bug");
  }

  @Test
  void anEntryThatCannotBeStoredIsAProblemAndTheWorkStands() {
    history.refuse(draft -> !draft.audit.isEmpty());
    assertThat(audit.<Integer>around(disable, () -> 7, seven -> Map.of())).isEqualTo(7);
    assertThat(history.audit()).isEmpty();
    assertThat(problems.open())
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.code()).isEqualTo(ErrorCode.STORE_FULL);
              assertThat(problem.subject()).isEqualTo("audit");
              assertThat(problem.message()).contains("PLUGIN_DISABLE of kv by cli:alice");
            });
  }

  @Test
  void aVeryLongDetailIsCutVisibly() {
    run(new IllegalStateException("x".repeat(5_000)));
    assertThat(history.audit().get(0).detail()).hasSize(2_000).endsWith("(cut)");
  }

  @Test
  void aVeryLongSubjectIsCutVisibly() {
    Deed named = new Deed("rest", AuditAction.HAPPY_PATH_SAVE, "n".repeat(900_000));
    audit.failed(named, new MonitorException(ErrorCode.HAPPY_PATH_REFUSED, Blame.OPERATOR, "No"));
    assertThat(history.audit().get(0).subject()).hasSize(500).startsWith("nnn").endsWith("(cut)");
  }

  @Test
  void aCutNeverLeavesHalfACharacter() {
    audit.done(new Deed("rest", AuditAction.EXPORT, "\ud83d\ude00".repeat(400)), Map.of());
    audit.done(new Deed("rest", AuditAction.EXPORT, "x" + "\ud83d\ude00".repeat(400)), Map.of());
    assertThat(history.audit())
        .extracting(AuditEntry::subject)
        .allMatch(StandardCharsets.UTF_8.newEncoder()::canEncode)
        .allMatch(subject -> subject.endsWith("(cut)"));
  }
}
