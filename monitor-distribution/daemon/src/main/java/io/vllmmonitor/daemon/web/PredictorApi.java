package io.vllmmonitor.daemon.web;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vllmmonitor.core.prediction.PredictorStatus;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where the predictors stand, and what they expect just now. */
final class PredictorApi {
  private final WebServices services;

  PredictorApi(WebServices services) {
    this.services = services;
  }

  private record Code(String predictor, String unit, String codeHash) {}

  Object predictors(Parameters parameters) {
    String only = parameters.text("target");
    Map<Code, ObjectNode> items = new LinkedHashMap<>();
    for (PredictorStatus status : services.engine().predictors()) {
      if (only == null || status.target().instance().equals(only)) {
        Code code = new Code(status.predictor(), status.unit(), status.codeHash());
        ObjectNode item = items.computeIfAbsent(code, PredictorApi::item);
        item.put("shadow", item.get("shadow").booleanValue() && status.shadow());
        item.withArray("targets").add(standing(status));
      }
    }
    return Listing.of(List.copyOf(items.values()));
  }

  /** What is expected to fail, without what predictors in shadow say. */
  List<ObjectNode> expected() {
    return services.engine().predictors().stream()
        .filter(status -> !status.shadow())
        .filter(status -> status.standing() == PredictorStatus.Standing.FAILURE)
        .map(
            status -> {
              ObjectNode item = WebJson.object();
              item.put("predictor", status.predictor());
              item.put("target", status.target().instance());
              item.put("reason", status.reason());
              return item;
            })
        .toList();
  }

  private static ObjectNode item(Code code) {
    ObjectNode item = WebJson.object();
    item.put("id", code.predictor());
    item.put("unit", code.unit());
    item.put("code_hash", code.codeHash());
    item.put("shadow", true);
    item.putArray("targets");
    return item;
  }

  private static ObjectNode standing(PredictorStatus status) {
    ObjectNode item = WebJson.object();
    item.put("target", status.target().instance());
    item.put("shadow", status.shadow());
    item.put("forecast", status.standing().name().toLowerCase(Locale.ROOT));
    item.put("reason", status.reason());
    item.put("evaluations", status.evaluations());
    item.put("last_evaluated_at", timeOrNull(status.lastEvaluatedAt()));
    item.put("open", status.open());
    item.put("came_true", status.cameTrue());
    item.put("false_alarms", status.falseAlarms());
    item.put("undecided", status.undecided());
    return item;
  }

  private static @Nullable String timeOrNull(@Nullable Instant instant) {
    return instant == null ? null : Text.time(instant);
  }
}
