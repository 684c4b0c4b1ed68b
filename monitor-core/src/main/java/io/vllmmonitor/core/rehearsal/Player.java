package io.vllmmonitor.core.rehearsal;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.prediction.FailurePredictor;
import io.vllmmonitor.api.prediction.Forecast;
import io.vllmmonitor.api.rehearsal.RehearsedExtension;
import io.vllmmonitor.api.rehearsal.VerdictKind;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.core.extension.Evaluation;
import io.vllmmonitor.core.guardrail.FiringChange;
import io.vllmmonitor.core.guardrail.GuardrailTrial;
import io.vllmmonitor.core.telemetry.CaughtFailure;
import io.vllmmonitor.core.view.RecordingView;
import io.vllmmonitor.core.view.ViewSource;
import java.time.Instant;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** One extension on the stage of a rehearsal. Confined to one thread. */
interface Player {
  /** One tick. */
  void play(ViewSource windows, Instant at);

  /** Whether there is no point in playing on: it does nothing but fail. */
  boolean isHopeless();

  /** The receipt; ends the rehearsal. */
  RehearsedExtension result(RealIncidents incidents, Instant from);

  /** A guardrail with its live rules and hold-downs. */
  final class OfGuardrail implements Player {
    private final GuardrailTrial trial;
    private final ExtensionTally tally;

    OfGuardrail(Target target, String codeHash, Guardrail guardrail, LongSupplier nanos) {
      trial = new GuardrailTrial(target, guardrail.id(), codeHash, guardrail, nanos);
      tally = new ExtensionTally(guardrail.id(), "guardrail", target.id());
    }

    @Override
    public void play(ViewSource windows, Instant at) {
      GuardrailTrial.Step step = trial.evaluate(windows, at);
      for (FiringChange change : step.changes()) {
        if (change.began()) {
          tally.began(at);
        } else {
          tally.cleared(at);
        }
      }
      tally.seen(
          VerdictKind.of(step.verdict()).name().toLowerCase(Locale.ROOT),
          step.firing(),
          step.nanos(),
          step.failure());
    }

    @Override
    public boolean isHopeless() {
      return tally.isHopeless();
    }

    @Override
    public RehearsedExtension result(RealIncidents incidents, Instant from) {
      return tally.result(trial.kind(), incidents, from);
    }
  }

  /** A predictor: it counts as firing while it goes on to forecast a failure. */
  final class OfPredictor implements Player {
    private final TargetId target;
    private final String codeHash;
    private final FailurePredictor predictor;
    private final ExtensionTally tally;
    private final LongSupplier nanos;
    private boolean firing;
    private @Nullable FailureKind kind;

    OfPredictor(
        Target target, String codeHash, FailurePredictor predictor, LongSupplier nanos) {
      this.target = target.id();
      this.codeHash = codeHash;
      this.predictor = predictor;
      this.nanos = nanos;
      tally = new ExtensionTally(predictor.id(), "predictor", target.id());
    }

    @Override
    public void play(ViewSource windows, Instant at) {
      RecordingView view = windows.view(at, false);
      Evaluation evaluation = Evaluation.of(codeHash, predictor.id(), target, at);
      long start = nanos.getAsLong();
      CaughtFailure failure = null;
      Forecast forecast = Forecast.unknown("");
      try {
        @Nullable Forecast answer = evaluation.during(() -> predictor.predict(view));
        if (answer == null) {
          throw new IllegalStateException("the predictor answered null instead of a forecast");
        }
        forecast = answer;
      } catch (Throwable thrown) {
        // Errors too: what strangers' code throws ends here and is counted.
        failure = CaughtFailure.of(thrown, ErrorCode.PLUGIN_CALL_FAILED);
      }
      long took = nanos.getAsLong() - start;
      boolean unproven = !view.missing().isEmpty();
      String verdict =
          forecast.match(
              none -> unproven ? "unknown" : "none", this::failing, unknown -> "unknown");
      boolean now = verdict.equals("failure");
      if (now && !firing) {
        tally.began(at);
      } else if (firing && !now) {
        tally.cleared(at);
      }
      firing = now;
      tally.seen(verdict, firing, took, failure);
    }

    private String failing(Forecast.Failure forecast) {
      if (kind == null) {
        kind = forecast.kind();
      }
      return "failure";
    }

    @Override
    public boolean isHopeless() {
      return tally.isHopeless();
    }

    @Override
    public RehearsedExtension result(RealIncidents incidents, Instant from) {
      return tally.result(kind, incidents, from);
    }
  }
}
