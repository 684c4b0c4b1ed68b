package io.vllmmonitor.core.rehearsal;

import static io.vllmmonitor.api.error.ErrorCode.REHEARSAL_BUSY;
import static io.vllmmonitor.api.error.ErrorCode.REHEARSAL_CUT;
import static io.vllmmonitor.api.error.ErrorCode.REHEARSAL_FAILED;
import static io.vllmmonitor.api.error.ErrorCode.REHEARSAL_FIRES_OFTEN;
import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.history.History;
import io.vllmmonitor.api.history.Recorder;
import io.vllmmonitor.api.rehearsal.Rehearsal;
import io.vllmmonitor.api.rehearsal.RehearsalResult;
import io.vllmmonitor.api.rehearsal.RehearsedExtension;
import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.core.identity.TimeOrderedIds;
import io.vllmmonitor.core.plugin.CandidateUnit;
import io.vllmmonitor.core.plugin.RehearsalGate;
import io.vllmmonitor.core.telemetry.CaughtFailure;
import io.vllmmonitor.core.telemetry.Problems;
import io.vllmmonitor.core.worker.DeadlineWorker;
import io.vllmmonitor.core.worker.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Rehearses code over the stored samples before it goes live, and whenever somebody asks. One
 * rehearsal at a time, on a thread of its own, never on one of the engine's. Every receipt is
 * stored. Thread-safe; blocks its caller until the rehearsal is over, at most about its deadline.
 */
public final class RehearsalDesk implements RehearsalGate {
  /** Fewer ticks say nothing about how often code fails or fires. */
  static final int LEAST_TICKS = 20;

  /** What a call of code may take beyond the deadline before its thread is given up. */
  private static final Duration GRACE = Duration.ofSeconds(10);

  private static final int MOST_ABANDONED = 2;

  private final History history;
  private final Recorder recorder;
  private final MetricCatalog catalog;
  private final Problems problems;
  private final TimeOrderedIds ids;
  private final InstantSource clock;
  private final LongSupplier nanos;
  private final RehearsalPolicy policy;
  private final DeadlineWorker worker;
  private final Semaphore stage = new Semaphore(1);

  /**
   * @param catalog finds metrics under all of their names
   * @param nanos a ticker that never goes back
   */
  public RehearsalDesk(
      History history,
      Recorder recorder,
      MetricCatalog catalog,
      Problems problems,
      TimeOrderedIds ids,
      InstantSource clock,
      LongSupplier nanos,
      RehearsalPolicy policy) {
    this.history = requireNonNull(history, "history");
    this.recorder = requireNonNull(recorder, "recorder");
    this.catalog = requireNonNull(catalog, "catalog");
    this.problems = requireNonNull(problems, "problems");
    this.ids = requireNonNull(ids, "ids");
    this.clock = requireNonNull(clock, "clock");
    this.nanos = requireNonNull(nanos, "nanos");
    this.policy = requireNonNull(policy, "policy");
    this.worker = new DeadlineWorker("rehearsal", policy.deadline().plus(GRACE), MOST_ABANDONED);
  }

  /** How code is rehearsed. */
  public RehearsalPolicy policy() {
    return policy;
  }

  @Override
  public Receipt rehearse(CandidateUnit candidate) {
    if (!policy.enabled()) {
      return new Receipt(Decision.NOT_REHEARSED, "Rehearsals are switched off");
    }
    Instant now = clock.instant();
    Rehearsal done = run(candidate, candidate.targets(), now.minus(policy.window()), now);
    Rehearsal concluded = concluded(done);
    recorder.write(out -> out.rehearsal(concluded));
    tell(concluded);
    return new Receipt(decision(concluded.result()), concluded.reason());
  }

  /**
   * Rehearses because somebody asks; nothing follows from the receipt.
   *
   * @param targets to rehearse on
   * @param installed whether the code is a recorded generation
   * @throws MonitorException REHEARSAL_BUSY while another one runs; REHEARSAL_FAILED when it did
   *     not come to an end; what the making of instances throws
   */
  public Rehearsal onDemand(
      CandidateUnit candidate, List<Target> targets, Instant from, Instant to, boolean installed) {
    Rehearsal done = run(candidate, targets, from, to);
    Rehearsal receipt = installed ? done : withoutGeneration(done);
    Rehearsal stored =
        receipt.concluded(
            receipt.trials().isEmpty()
                ? RehearsalResult.NOTHING_TO_REHEARSE
                : RehearsalResult.ON_DEMAND,
            concluded(done).reason());
    recorder.write(out -> out.rehearsal(stored));
    return stored;
  }

  private static Rehearsal withoutGeneration(Rehearsal done) {
    return new Rehearsal(
        done.id(),
        done.unit(),
        0,
        done.codeHash(),
        done.at(),
        done.from(),
        done.to(),
        done.trials(),
        done.took(),
        done.cutAt(),
        done.result(),
        done.reason());
  }

  private Rehearsal run(CandidateUnit candidate, List<Target> targets, Instant from, Instant to) {
    CodeGeneration generation = candidate.generation();
    if (!entered()) {
      throw new MonitorException(
          REHEARSAL_BUSY,
          Blame.ENVIRONMENT,
          "Another rehearsal runs, which may take "
              + policy.deadline().toSeconds()
              + " s; ask again then");
    }
    try {
      Instant at = clock.instant();
      long start = nanos.getAsLong();
      Outcome<RehearsalRun.Outcome> outcome =
          worker.run(
              () ->
                  new RehearsalRun(history, catalog, nanos, policy.deadline())
                      .over(candidate, targets, from, to));
      RehearsalRun.Outcome seen = seen(generation.unit(), outcome);
      return new Rehearsal(
          ids.next(),
          generation.unit(),
          generation.generation(),
          generation.codeHash(),
          at,
          from,
          to,
          seen.results(),
          Duration.ofNanos(nanos.getAsLong() - start),
          seen.cutAt(),
          RehearsalResult.ON_DEMAND,
          "");
    } finally {
      stage.release();
    }
  }

  private boolean entered() {
    try {
      return stage.tryAcquire(policy.deadline().plus(GRACE).toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private RehearsalRun.Outcome seen(String unit, Outcome<RehearsalRun.Outcome> outcome) {
    RehearsalRun.Outcome value = outcome.value();
    if (outcome.kind() == Outcome.Kind.DONE && value != null) {
      return value;
    }
    Throwable thrown = outcome.failure();
    if (thrown instanceof MonitorException known) {
      throw new MonitorException(known.code(), known.blame(), String.valueOf(known.getMessage()));
    }
    String why =
        thrown != null
            ? CaughtFailure.of(thrown, REHEARSAL_FAILED).message()
            : outcome.kind() == Outcome.Kind.REFUSED
                ? "earlier ones never ended; restart the daemon"
                : "a call of its code did not end within " + worker.deadline().toSeconds() + " s";
    throw new MonitorException(
        REHEARSAL_FAILED, Blame.PLUGIN, "Unit " + unit + " cannot be rehearsed: " + why);
  }

  /** The receipt with what follows from it, the worst of its extensions first. */
  private Rehearsal concluded(Rehearsal done) {
    List<RehearsedExtension> trials = done.trials();
    if (trials.isEmpty()) {
      return done.concluded(
          RehearsalResult.NOTHING_TO_REHEARSE,
          "There are no stored scrapes of its targets, or it judges none");
    }
    Optional<RehearsedExtension> failing =
        trials.stream()
            .filter(one -> one.ticks() >= LEAST_TICKS && one.failures() * 2 > one.ticks())
            .findFirst();
    if (failing.isPresent()) {
      return done.concluded(RehearsalResult.REJECTED, failed(failing.get()));
    }
    Optional<RehearsedExtension> firing =
        trials.stream()
            .filter(
                one -> one.ticks() >= LEAST_TICKS && one.firingRatio() > policy.maxFiringRatio())
            .findFirst();
    if (firing.isPresent()) {
      return done.concluded(RehearsalResult.SHADOW, fires(firing.get()));
    }
    long ticks = trials.stream().mapToLong(RehearsedExtension::ticks).sum();
    long firings = trials.stream().mapToLong(RehearsedExtension::firings).sum();
    return done.concluded(
        RehearsalResult.PASSED,
        ticks + " verdicts rehearsed, " + firings + " firing(s)" + cut(done));
  }

  private static String cut(Rehearsal done) {
    return done.cutAt() == null ? "" : "; cut at " + done.cutAt() + ", its time was up";
  }

  private static String failed(RehearsedExtension one) {
    return "It failed in "
        + one.failures()
        + " of "
        + one.ticks()
        + " rehearsed ticks of "
        + one.target()
        + ", first: "
        + one.firstFailure();
  }

  private String fires(RehearsedExtension one) {
    return one.extension()
        + " would have been firing "
        + String.format(Locale.ROOT, "%.0f", one.firingRatio() * 100)
        + " % of the time on "
        + one.target()
        + ", more than rehearsal.max_firing_ratio allows ("
        + policy.maxFiringRatio()
        + ")";
  }

  private void tell(Rehearsal done) {
    switch (done.result()) {
      case REJECTED, ON_DEMAND -> {
        // what refuses the code says so under its file; what a person asks for changes nothing
      }
      case SHADOW ->
          note(
              REHEARSAL_FIRES_OFTEN,
              Blame.PLUGIN,
              done,
              done.reason()
                  + "; it runs in shadow. Promote it with 'vllm-monitor guardrail promote'");
      case PASSED, NOTHING_TO_REHEARSE -> problems.clear(REHEARSAL_FIRES_OFTEN, done.unit());
    }
    Instant cutAt = done.cutAt();
    if (cutAt == null) {
      problems.clear(REHEARSAL_CUT, done.unit());
    } else {
      note(
          REHEARSAL_CUT,
          Blame.ENVIRONMENT,
          done,
          "Its rehearsal was cut at "
              + cutAt
              + " after "
              + policy.deadline().toSeconds()
              + " s; later samples were not rehearsed");
    }
  }

  private void note(ErrorCode code, Blame blame, Rehearsal done, String message) {
    problems.note(code, blame, done.unit(), message);
  }

  private static Decision decision(RehearsalResult result) {
    return switch (result) {
      case PASSED, ON_DEMAND -> Decision.PASSED;
      case SHADOW -> Decision.SHADOW;
      case REJECTED -> Decision.REFUSED;
      case NOTHING_TO_REHEARSE -> Decision.NOT_REHEARSED;
    };
  }
}
