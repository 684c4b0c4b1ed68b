package io.vllmmonitor.persistence.foreign;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vllmmonitor.api.learning.LearningEvent;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.lifecycle.LifecycleState;
import io.vllmmonitor.api.lifecycle.StateCheckpoint;
import io.vllmmonitor.api.lifecycle.StateTransition;
import io.vllmmonitor.api.mitigation.ActionPlan;
import io.vllmmonitor.api.mitigation.ActionStep;
import io.vllmmonitor.api.mitigation.AttemptStatus;
import io.vllmmonitor.api.mitigation.MitigationAttempt;
import io.vllmmonitor.api.outcome.MitigationOutcome;
import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.StoredRecord;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.persistence.memory.StoredMemory;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The one place that knows which column of a Python table becomes which field here. Rows that lack
 * what a field needs are counted and left out.
 */
final class PythonRecords {
  /** What everything that was imported is about; the Python package knew no targets. */
  static final TargetId TARGET = new TargetId("imported");

  static final Map<String, RecordKind> TABLES =
      Map.of(
          "checkpoints", RecordKind.CHECKPOINTS,
          "predictions", RecordKind.PREDICTIONS,
          "mitigation_attempts", RecordKind.MITIGATION_ATTEMPTS,
          "happy_paths", RecordKind.HAPPY_PATHS,
          "learning_data", RecordKind.LEARNING_DATA);

  static final String FROM = "imported from the earlier Python package";
  private static final Duration WINDOW = Duration.ofMinutes(1);

  private final Notes notes;
  private final PythonPredictions predictions;
  private final PythonPaths paths;

  PythonRecords(Notes notes) {
    this.notes = notes;
    this.predictions = new PythonPredictions(notes);
    this.paths = new PythonPaths(notes);
  }

  /** Empty, and counted, when the row cannot be brought over. */
  Optional<StoredRecord> record(RecordKind kind, PythonRow row) {
    row.text("rowid");
    row.text("created_at");
    Instant at = row.time("timestamp");
    if (at == null && kind == RecordKind.HAPPY_PATHS) {
      at = row.time("last_success", "created_at");
    }
    if (at == null) {
      notes.count(kind.table() + ": rows without a time, left out");
      return Optional.empty();
    }
    Optional<StoredRecord> record =
        switch (kind) {
          case CHECKPOINTS -> checkpoint(row, at);
          case MITIGATION_ATTEMPTS -> attempt(row, at);
          case LEARNING_DATA -> learning(row, at);
          case PREDICTIONS -> predictions.record(row, at);
          case HAPPY_PATHS -> paths.record(row, at);
          default -> throw new IllegalArgumentException(kind + " is no table of that package");
        };
    if (record.isPresent()) {
      for (String column : row.unasked()) {
        notes.count(kind.table() + ": values in the unknown column '" + column + "', left out");
      }
    }
    return record;
  }

  private Optional<StoredRecord> checkpoint(PythonRow row, Instant at) {
    LifecycleState state = constant(LifecycleState.class, row.text("state"));
    if (state == null) {
      notes.count("checkpoints: rows with an unknown state, left out");
      return Optional.empty();
    }
    LifecycleState before = constant(LifecycleState.class, row.text("previous_state"));
    StateTransition transition =
        constant(StateTransition.class, row.text("transition_type", "transition"));
    if (transition == null) {
      transition = StateTransition.STARTUP;
      notes.count("checkpoints: rows without a transition, taken for STARTUP");
    }
    String id = id("checkpoint", row, "checkpoint_id", "id");
    paths.checkpoint(row.text("checkpoint_id", "id"), id);
    return one(
        new StateCheckpoint(
            id,
            TARGET,
            at,
            state,
            before == null ? LifecycleState.NOT_STARTED : before,
            transition,
            FROM,
            row.texts("arguments"),
            row.texts("environment"),
            row.numbers("hardware_state"),
            row.numbers("metrics"),
            row.text("error_context"),
            row.list("guardrail_violations"),
            row.list("interventions"),
            row.texts("metadata")));
  }

  private static Optional<StoredRecord> one(StateCheckpoint checkpoint) {
    return Optional.of(StoredMemory.rows(entries -> entries.checkpoint(checkpoint)).get(0));
  }

  private Optional<StoredRecord> attempt(PythonRow row, Instant at) {
    String strategy = row.text("strategy_name", "strategy");
    if (strategy == null) {
      notes.count("mitigation_attempts: rows without a strategy, left out");
      return Optional.empty();
    }
    MitigationOutcome outcome = constant(MitigationOutcome.class, row.text("outcome"));
    FailureKind kind = constant(FailureKind.class, row.text("failure_type", "error_type"));
    List<String> executed = row.list("interventions_executed");
    Double seconds = row.number("execution_time");
    Double confidence = row.number("confidence_score");
    LifecycleState initial = constant(LifecycleState.class, row.text("initial_state"));
    String context = row.text("error_context", "failure_pattern_id", "prediction_id");
    row.text("failure_pattern_id");
    row.text("prediction_id");
    MitigationAttempt attempt =
        new MitigationAttempt(
            id("attempt", row, "attempt_id", "id"),
            TARGET,
            "imported",
            kind == null ? FailureKind.GENERAL_INSTABILITY : kind,
            strategy,
            "",
            null,
            context == null ? "" : context,
            status(outcome),
            plan(strategy, executed),
            List.of(),
            at,
            at,
            at,
            null,
            seconds == null ? null : Duration.ofMillis(Math.round(Math.max(0, seconds) * 1_000)),
            outcome,
            outcome == null ? "no outcome was recorded; " + FROM : FROM,
            List.of(),
            row.list("side_effects"),
            initial == null ? LifecycleState.NOT_STARTED : initial,
            constant(LifecycleState.class, row.text("final_state")),
            row.numbers("initial_metrics"),
            row.numbers("final_metrics"),
            confidence == null || !(confidence >= 0 && confidence <= 1) ? 0 : confidence);
    return Optional.of(StoredMemory.rows(entries -> entries.attempt(attempt)).get(0));
  }

  private static AttemptStatus status(@Nullable MitigationOutcome outcome) {
    if (outcome == null) {
      return AttemptStatus.UNKNOWN;
    }
    return switch (outcome) {
      case FAILURE -> AttemptStatus.FAILED;
      case NOT_APPLICABLE -> AttemptStatus.REFUSED;
      default -> AttemptStatus.SUCCEEDED;
    };
  }

  private static ActionPlan plan(String strategy, List<String> executed) {
    List<String> names = executed.isEmpty() ? List.of(strategy) : executed;
    List<ActionStep> steps =
        names.stream().limit(20).map(name -> new ActionStep(name, Map.of(), WINDOW)).toList();
    return new ActionPlan(strategy, steps, List.of(), FROM, WINDOW);
  }

  private Optional<StoredRecord> learning(PythonRow row, Instant at) {
    String strategy = row.text("strategy_name", "strategy");
    MitigationOutcome outcome = constant(MitigationOutcome.class, row.text("outcome"));
    if (strategy == null || outcome == null) {
      notes.count("learning_data: rows without a strategy and its outcome, left out");
      return Optional.empty();
    }
    String situation = row.text("situation", "state");
    LearningEvent event =
        new LearningEvent(
            id("learning", row, "attempt_id", "id"),
            TARGET,
            situation == null ? "" : situation,
            strategy,
            outcome,
            at);
    return Optional.of(StoredMemory.rows(entries -> entries.learning(event)).get(0));
  }

  /** Its own id; a row that has none is known by its content, so that it comes in once. */
  static String id(String what, PythonRow row, String own, String number) {
    String id = row.text(own);
    row.text(number);
    return id == null
        ? "python-" + what + "-" + sha256(row.content()).substring(0, 24)
        : "python-" + id;
  }

  static String sha256(String text) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("Every Java platform has SHA-256", e);
    }
  }

  static <E extends Enum<E>> @Nullable E constant(Class<E> type, @Nullable String name) {
    if (name == null) {
      return null;
    }
    String wanted = name.substring(name.lastIndexOf('.') + 1).strip().toUpperCase(Locale.ROOT);
    for (E constant : type.getEnumConstants()) {
      if (constant.name().equals(wanted)) {
        return constant;
      }
    }
    return null;
  }
}
