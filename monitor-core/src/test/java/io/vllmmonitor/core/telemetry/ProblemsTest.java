package io.vllmmonitor.core.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.code.CodeTransition;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.extension.StateSnapshot;
import io.vllmmonitor.api.guardrail.GuardrailFiring;
import io.vllmmonitor.api.history.AuditEntry;
import io.vllmmonitor.api.history.Problem;
import io.vllmmonitor.api.history.Recorder;
import io.vllmmonitor.api.history.RestoreReport;
import io.vllmmonitor.api.incident.Incident;
import io.vllmmonitor.api.learning.LearningEvent;
import io.vllmmonitor.api.lifecycle.StateCheckpoint;
import io.vllmmonitor.api.mitigation.MitigationAttempt;
import io.vllmmonitor.api.outcome.HappyPath;
import io.vllmmonitor.api.prediction.FailurePrediction;
import io.vllmmonitor.api.rehearsal.Rehearsal;
import io.vllmmonitor.api.rehearsal.StateVersion;
import io.vllmmonitor.api.rehearsal.VerdictRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class ProblemsTest {
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-11-25T00:00:00Z"));
  private final ProblemRecorder recorder = new ProblemRecorder();
  private final Problems problems = new Problems(now::get, recorder);

  @Test
  void theSameFailureAThousandTimesIsOneProblemWithACount() {
    for (int i = 0; i < 1_000; i++) {
      problems.note(ErrorCode.TARGET_UNREACHABLE, Blame.ENVIRONMENT, "a:8000", "refused " + i);
    }

    assertThat(problems.open()).hasSize(1);
    assertThat(problems.open().get(0).count()).isEqualTo(1_000);
    assertThat(problems.open().get(0).message()).isEqualTo("refused 999");
    assertThat(recorder.stored).hasSize(1);
  }

  @Test
  void aProblemThatLastsIsStoredOnceAMinute() {
    note();
    now.updateAndGet(t -> t.plusSeconds(59));
    note();
    now.updateAndGet(t -> t.plusSeconds(1));
    note();

    assertThat(recorder.stored).extracting(Problem::count).containsExactly(1L, 3L);
  }

  @Test
  void whatIsWellAgainIsNoLongerOpen() {
    note();
    problems.note(ErrorCode.TARGET_NOT_VLLM, Blame.OPERATOR, "b:8000", "html");

    problems.clear("a:8000");

    assertThat(problems.open()).extracting(Problem::subject).containsExactly("b:8000");
  }

  @Test
  void aStoreThatCannotBeWrittenLeavesTheProblemVisible() {
    recorder.full = true;

    note();

    assertThat(problems.open()).hasSize(1);
  }

  @Test
  void whatDoesNotFitIsCounted() {
    for (int i = 0; i < 1_005; i++) {
      problems.note(ErrorCode.TARGET_UNREACHABLE, Blame.ENVIRONMENT, "target " + i, "refused");
    }

    assertThat(problems.open()).hasSize(1_000);
    assertThat(problems.dropped()).isEqualTo(5);
  }

  private void note() {
    problems.note(ErrorCode.TARGET_UNREACHABLE, Blame.ENVIRONMENT, "a:8000", "refused");
  }

  private static final class ProblemRecorder implements Recorder {
    private final List<Problem> stored = new ArrayList<>();
    private boolean full;

    @Override
    public void write(Consumer<Entries> entries) {
      if (full) {
        throw new MonitorException(ErrorCode.STORE_FULL, Blame.ENVIRONMENT, "full");
      }
      entries.accept(new ProblemEntries(stored));
    }
  }

  private record ProblemEntries(List<Problem> stored) implements Recorder.Entries {
    @Override
    public void problem(Problem problem) {
      stored.add(problem);
    }

    @Override
    public void checkpoint(StateCheckpoint checkpoint) {
      throw new AssertionError("only problems");
    }

    @Override
    public void firing(GuardrailFiring firing) {
      throw new AssertionError("only problems");
    }

    @Override
    public void incident(Incident incident) {
      throw new AssertionError("only problems");
    }

    @Override
    public void attempt(MitigationAttempt attempt) {
      throw new AssertionError("only problems");
    }

    @Override
    public void learning(LearningEvent event) {
      throw new AssertionError("only problems");
    }

    @Override
    public void generation(CodeGeneration generation) {
      throw new AssertionError("only problems");
    }

    @Override
    public void state(StateSnapshot snapshot) {
      throw new AssertionError("only problems");
    }

    @Override
    public void prediction(FailurePrediction prediction) {
      throw new AssertionError("only problems");
    }

    @Override
    public void happyPath(HappyPath path) {
      throw new AssertionError("only problems");
    }

    @Override
    public void transition(CodeTransition transition) {
      throw new AssertionError("only problems");
    }

    @Override
    public void audit(AuditEntry entry) {
      throw new AssertionError("only problems");
    }

    @Override
    public void rehearsal(Rehearsal rehearsal) {
      throw new AssertionError("only problems");
    }

    @Override
    public void verdict(VerdictRecord verdict) {
      throw new AssertionError("only problems");
    }

    @Override
    public void stateVersion(StateVersion version) {
      throw new AssertionError("only problems");
    }

    @Override
    public void restoreReport(RestoreReport report) {
      throw new AssertionError("only problems");
    }
  }
}
