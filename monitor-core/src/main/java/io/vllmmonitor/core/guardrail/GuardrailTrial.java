package io.vllmmonitor.core.guardrail;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.api.guardrail.GuardrailSpec;
import io.vllmmonitor.api.guardrail.Verdict;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.core.extension.Bound;
import io.vllmmonitor.core.extension.Evaluation;
import io.vllmmonitor.core.telemetry.CaughtFailure;
import io.vllmmonitor.core.view.ViewSource;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One guardrail judged tick by tick exactly as it is when it is live, with the same rules and
 * hold-downs, but without effect: nothing is stored and no incident opens. For rehearsals and
 * replays. Confined to one thread.
 */
public final class GuardrailTrial {
  private final TargetId target;
  private final Watch watch;
  private final Duration longestGap;
  private final LongSupplier nanos;
  private int firings;

  /**
   * @param codeHash of the code; its randomness follows from it as it does live
   * @param nanos a ticker that never goes back; measures the calls
   */
  public GuardrailTrial(
      Target target, String id, String codeHash, Guardrail guardrail, LongSupplier nanos) {
    this.target = target.id();
    this.watch =
        new Watch(
            requireNonNull(id, "id"),
            target.id(),
            new Bound<>(guardrail, "trial", codeHash, false),
            specOf(guardrail));
    this.longestGap = target.scrapeInterval().multipliedBy(2);
    this.nanos = requireNonNull(nanos, "nanos");
  }

  private static GuardrailSpec specOf(Guardrail guardrail) {
    try {
      return requireNonNull(guardrail.spec(), "spec");
    } catch (Throwable thrown) {
      // It is judged as it would be live, where this is a problem that is told.
      return GuardrailRunner.NO_SPEC;
    }
  }

  /** What its firings count as. */
  public FailureKind kind() {
    return watch.spec().kind();
  }

  /**
   * One verdict and what came of it.
   *
   * @param changes the firings that began or cleared
   * @param firing whether it fires after this tick
   * @param nanos how long the call of its code took
   * @param failure what its code threw; null when it answered
   */
  public record Step(
      Verdict verdict,
      List<FiringChange> changes,
      boolean firing,
      long nanos,
      @Nullable CaughtFailure failure) {
    public Step {
      requireNonNull(verdict, "verdict");
      changes = List.copyOf(changes);
    }
  }

  /** Judges the view of one tick; whatever its code throws is a failure in the step. */
  public Step evaluate(ViewSource windows, Instant at) {
    var view = windows.view(at, watch.firing());
    Evaluation evaluation = Evaluation.of(watch.codeHash(), watch.id(), target, at);
    long start = nanos.getAsLong();
    Judgement judgement = Judgement.of(watch.guardrail(), view, evaluation);
    long took = nanos.getAsLong() - start;
    List<FiringChange> changes = watch.judge(judgement, at, longestGap, () -> "trial-" + ++firings);
    changes.forEach(watch::apply);
    return new Step(judgement.verdict(), changes, watch.firing(), took, judgement.failure());
  }

  /**
   * Judges one view without any memory of earlier ones, for the replay of a stored verdict.
   *
   * @param evaluation the one that the verdict came from, once more
   * @param firing what the view answers to {@code firing()}
   */
  public static Verdict once(
      Guardrail guardrail, ViewSource windows, Evaluation evaluation, boolean firing) {
    return Judgement.of(guardrail, windows.view(evaluation.at(), firing), evaluation).verdict();
  }
}
