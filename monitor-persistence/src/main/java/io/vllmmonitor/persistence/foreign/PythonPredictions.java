package io.vllmmonitor.persistence.foreign;

import com.fasterxml.jackson.databind.JsonNode;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.lifecycle.LifecycleState;
import io.vllmmonitor.api.prediction.ActualOutcome;
import io.vllmmonitor.api.prediction.FailurePrediction;
import io.vllmmonitor.api.prediction.PredictionConfidence;
import io.vllmmonitor.api.store.StoredRecord;
import io.vllmmonitor.persistence.memory.StoredMemory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which column of the Python table {@code predictions} becomes which field here. */
final class PythonPredictions {
  private static final double MOST_SECONDS = 1e9;
  private static final Set<String> TRUE_WORDS =
      Set.of("true", "1", "1.0", "came_true", "occurred", "failure", "failed", "true_positive");
  private static final Set<String> FALSE_WORDS =
      Set.of("false", "0", "0.0", "false_alarm", "no_failure", "not_occurred", "false_positive");

  private final Notes notes;

  PythonPredictions(Notes notes) {
    this.notes = notes;
  }

  /** Empty, and counted, when the row cannot be brought over. */
  Optional<StoredRecord> record(PythonRow row, Instant at) {
    Double probability = row.number("probability");
    if (probability == null || !(probability >= 0 && probability <= 1)) {
      notes.count("predictions: rows without a probability of 0 to 1, left out");
      return Optional.empty();
    }
    PredictionConfidence confidence =
        PythonRecords.constant(PredictionConfidence.class, row.text("confidence"));
    LifecycleState predicted =
        PythonRecords.constant(LifecycleState.class, row.text("predicted_failure_state"));
    FailurePrediction prediction =
        new FailurePrediction(
            PythonRecords.id("prediction", row, "prediction_id", "id"),
            PythonRecords.TARGET,
            at,
            currentState(row),
            predicted,
            failureType(row),
            timeToFailure(row),
            null,
            null,
            probability,
            confidence == null ? PredictionConfidence.of(probability) : confidence,
            phrases(row, "contributing_factors"),
            phrases(row, "recommended_mitigations"),
            "python",
            0,
            outcome(row.text("actual_outcome"), predicted, at));
    return Optional.of(StoredMemory.rows(entries -> entries.prediction(prediction)).get(0));
  }

  private LifecycleState currentState(PythonRow row) {
    LifecycleState state = PythonRecords.constant(LifecycleState.class, row.text("current_state"));
    if (state == null) {
      notes.count("predictions: rows without a known state, taken for NOT_STARTED");
      return LifecycleState.NOT_STARTED;
    }
    return state;
  }

  private FailureKind failureType(PythonRow row) {
    FailureKind kind = PythonRecords.constant(FailureKind.class, row.text("failure_type"));
    if (kind == null) {
      notes.count("predictions: rows without a known failure type, taken for GENERAL_INSTABILITY");
      return FailureKind.GENERAL_INSTABILITY;
    }
    return kind;
  }

  private static @Nullable Duration timeToFailure(PythonRow row) {
    Double seconds = row.number("time_to_failure");
    return seconds == null || !(seconds >= 0 && seconds < MOST_SECONDS)
        ? null
        : Duration.ofMillis(Math.round(seconds * 1_000));
  }

  /** The items of an array, the fields of an object, or a text as it is. */
  private static List<String> phrases(PythonRow row, String column) {
    JsonNode json = row.json(column);
    if (json.isArray()) {
      return row.list(column);
    }
    List<String> phrases = new ArrayList<>();
    for (Map.Entry<String, JsonNode> field : json.properties()) {
      JsonNode value = field.getValue();
      phrases.add(field.getKey() + " " + (value.isValueNode() ? value.asText() : value.toString()));
    }
    String text = row.text(column);
    if (!json.isObject() && text != null) {
      phrases.add(text);
    }
    return phrases;
  }

  /** That package kept a word; when it was known is not told, so it counts from the prediction. */
  private static @Nullable ActualOutcome outcome(
      @Nullable String word, @Nullable LifecycleState predicted, Instant at) {
    if (word == null) {
      return null;
    }
    String lower = word.strip().toLowerCase(Locale.ROOT);
    boolean asPredicted =
        predicted != null && PythonRecords.constant(LifecycleState.class, word) == predicted;
    ActualOutcome.Result result;
    if (asPredicted || TRUE_WORDS.contains(lower)) {
      result = ActualOutcome.Result.CAME_TRUE;
    } else if (FALSE_WORDS.contains(lower)) {
      result = ActualOutcome.Result.FALSE_ALARM;
    } else {
      result = ActualOutcome.Result.UNDECIDED;
    }
    return new ActualOutcome(result, at, null, "recorded as '" + word + "'; " + PythonRecords.FROM);
  }
}
