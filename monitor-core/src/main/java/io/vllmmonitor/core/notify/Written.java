package io.vllmmonitor.core.notify;

import io.vllmmonitor.api.guardrail.GuardrailFiring;
import io.vllmmonitor.api.incident.Incident;
import io.vllmmonitor.api.mitigation.MitigationAttempt;
import io.vllmmonitor.api.prediction.FailurePrediction;
import java.util.ArrayList;
import java.util.List;

/** What one transaction wrote of the kinds that are news. Confined to the thread that writes. */
final class Written {
  final List<GuardrailFiring> firings = new ArrayList<>();
  final List<Incident> incidents = new ArrayList<>();
  final List<MitigationAttempt> attempts = new ArrayList<>();
  final List<FailurePrediction> predictions = new ArrayList<>();

  void clear() {
    firings.clear();
    incidents.clear();
    attempts.clear();
    predictions.clear();
  }
}
