package io.vllmmonitor.core.guardrail;

import static io.vllmmonitor.api.error.ErrorCode.GUARDRAIL_EVALUATION;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.api.guardrail.Verdict;
import io.vllmmonitor.core.extension.Evaluation;
import io.vllmmonitor.core.telemetry.CaughtFailure;
import io.vllmmonitor.core.view.RecordingView;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One call of one guardrail, with everything that code of others can do wrong taken out of it.
 *
 * @param failure what was thrown; null when the guardrail answered
 */
record Judgement(Verdict verdict, Map<String, Double> evidence, @Nullable CaughtFailure failure) {
  private static final String NO_ANSWER = "the guardrail answered null instead of a verdict";

  static Judgement of(Guardrail guardrail, RecordingView view, Evaluation evaluation) {
    try {
      @Nullable Verdict verdict = evaluation.during(() -> guardrail.check(view));
      if (verdict == null) {
        return failed(new CaughtFailure(GUARDRAIL_EVALUATION, Blame.PLUGIN, NO_ANSWER));
      }
      boolean unproven = verdict instanceof Verdict.Pass && !view.missing().isEmpty();
      return new Judgement(
          unproven ? Verdict.unknown(String.join(", ", view.missing())) : verdict,
          view.evidence(),
          null);
    } catch (Throwable thrown) {
      // Errors too: a stack that overflows or memory that runs out in a plugin is the plugin's.
      return failed(CaughtFailure.of(thrown, GUARDRAIL_EVALUATION));
    }
  }

  private static Judgement failed(CaughtFailure failure) {
    return new Judgement(Verdict.unknown(failure.message()), Map.of(), failure);
  }
}
