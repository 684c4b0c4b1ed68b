package io.vllmmonitor.core.engine;

import static io.vllmmonitor.api.error.ErrorCode.INTERNAL;
import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_CALL_FAILED;
import static io.vllmmonitor.api.error.ErrorCode.STORE_FULL;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.history.RestoreReport;
import io.vllmmonitor.api.lifecycle.LifecycleListener;
import io.vllmmonitor.api.lifecycle.StateCheckpoint;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.core.extension.Bound;
import io.vllmmonitor.core.extension.ExtensionSet;
import io.vllmmonitor.core.guardrail.GuardrailRunner;
import io.vllmmonitor.core.guardrail.GuardrailStatus;
import io.vllmmonitor.core.incident.IncidentBook;
import io.vllmmonitor.core.learning.LearningDesk;
import io.vllmmonitor.core.lifecycle.LifecycleStanding;
import io.vllmmonitor.core.lifecycle.LifecycleTracker;
import io.vllmmonitor.core.mitigation.AttemptLedger;
import io.vllmmonitor.core.mitigation.MitigationDesk;
import io.vllmmonitor.core.mitigation.TargetSnapshot;
import io.vllmmonitor.core.outcome.OutcomeWatch;
import io.vllmmonitor.core.prediction.PredictionRunner;
import io.vllmmonitor.core.prediction.PredictorStatus;
import io.vllmmonitor.core.sampling.TargetMailbox;
import io.vllmmonitor.core.sampling.Tick;
import io.vllmmonitor.core.sampling.TickListener;
import io.vllmmonitor.core.telemetry.CaughtFailure;
import io.vllmmonitor.core.view.Windows;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * One target from scrape to outcome. Each tick goes the same way: windows, lifecycle, guardrails,
 * predictions, outcomes that are due, mitigations; whatever carries a decision is stored before the
 * next step. A step that fails is a problem and does not keep the later steps from running.
 * Confined to the target's mailbox, except {@link #status()}, {@link #guardrails()} and {@link
 * #predictors()}.
 */
final class TargetEngine implements TickListener {
  private static final int MOST_UNSTORED = 100;
  private static final Duration SAVE_EVERY = Duration.ofSeconds(30);

  private final Target target;
  private final EngineServices services;
  private final TargetMailbox mailbox;
  private final ExtensionSet extensions;
  private final Windows windows;
  private final LifecycleTracker lifecycle;
  private final IncidentBook incidents;
  private final GuardrailRunner guardrails;
  private final MitigationDesk desk;
  private final OutcomeWatch outcomes;
  private final PredictionRunner predictions;

  /**
   * Checkpoints that the store has refused so far, oldest first; told to listeners once it takes
   * them.
   */
  private final Queue<StateCheckpoint> unstored = new ArrayDeque<>();

  private @Nullable Instant savedAt;
  private volatile TargetStatus status;

  TargetEngine(
      Target target, EngineServices services, LearningDesk learning, TargetMailbox mailbox) {
    this.target = target;
    this.services = services;
    this.mailbox = mailbox;
    this.extensions = services.extensions().forTarget(target);
    this.windows = new Windows(target.id(), target.scrapeInterval(), services.metrics());
    windows.reportTo(services.ownMetrics());
    this.lifecycle =
        new LifecycleTracker(
            target.id(), services.lifecycle(), services.keyMetrics(), services.ids());
    this.incidents =
        new IncidentBook(
            target.id(), services.recorder(), services.history(), services.ids(), services.clock());
    this.guardrails =
        new GuardrailRunner(
            target,
            extensions,
            incidents,
            services.recorder(),
            services.history(),
            services.problems(),
            services.ids(),
            services.clock());
    AttemptLedger ledger =
        new AttemptLedger(target.id(), services.recorder(), services.history(), services.clock());
    this.desk =
        new MitigationDesk(
            target,
            extensions,
            ledger,
            incidents,
            learning,
            services.policy(),
            services.stop(),
            services.problems(),
            services.ids(),
            services.clock(),
            services.workers(),
            mailbox);
    this.outcomes =
        new OutcomeWatch(
            target,
            extensions,
            ledger,
            services.history(),
            learning,
            services.problems(),
            services.clock());
    this.predictions =
        new PredictionRunner(
            target,
            extensions,
            incidents,
            ledger,
            services.recorder(),
            services.history(),
            services.problems(),
            services.ids(),
            services.clock());
    this.status = initialStatus();
  }

  Target target() {
    return target;
  }

  TargetMailbox mailbox() {
    return mailbox;
  }

  ExtensionSet extensions() {
    return extensions;
  }

  /**
   * Brings back what the store remembers of the target. Call once, before its first tick.
   *
   * @return the newest instant that the store has, and what to report
   */
  Restored restore() {
    List<RestoreReport.Item> items = new ArrayList<>();
    RestoredWindows filled =
        RestoredWindows.fill(windows, services.history(), target.id(), services.clock().instant());
    items.add(filled.item());
    Optional<StateCheckpoint> newest = services.history().latestCheckpoint(target.id());
    newest.ifPresent(lifecycle::restore);
    items.add(lifecycleItem(newest));
    items.addAll(incidents.restore());
    items.addAll(guardrails.restore());
    items.addAll(desk.restore());
    items.addAll(predictions.restore());
    status = initialStatus();
    return new Restored(filled.newest(), items);
  }

  /** What {@link #restore} found. */
  record Restored(@Nullable Instant newest, List<RestoreReport.Item> items) {}

  @Override
  public void onTick(Tick tick) {
    windows.append(tick.batch());
    step("lifecycle", () -> lifecycle(tick));
    step("guardrails", () -> guardrails.evaluate(windows, tick.at()));
    LifecycleStanding standing = lifecycle.standing();
    step("predictions", () -> predictions.tick(windows, tick.at(), tick.up(), standing.state()));
    TargetSnapshot snapshot =
        new TargetSnapshot(
            tick.at(),
            tick.up(),
            standing.state(),
            standing.incarnation(),
            standing.capabilities());
    step("outcomes", () -> outcomes.tick(windows, snapshot));
    step("mitigations", () -> desk.tick(windows, snapshot));
    status = statusAfter(tick);
    if (savedAt == null || !tick.at().isBefore(savedAt.plus(SAVE_EVERY))) {
      savedAt = tick.at();
      saveStates();
    } else {
      step("states to save soon", extensions::saveAskedStates);
    }
  }

  /** Saves what must survive: hold-downs and the state of the extensions. */
  void saveStates() {
    step("hold-downs", guardrails::saveState);
    step("open predictions", predictions::saveState);
    step("extension states", extensions::saveStates);
  }

  /** Gives a running plan up and starts its rollback, since the daemon stops. */
  void windDown() {
    desk.windDown();
  }

  /** Whether a plan or its rollback is under way. */
  boolean busy() {
    return desk.busy();
  }

  /** Thread-safe. */
  TargetStatus status() {
    return status;
  }

  /** Thread-safe. */
  List<GuardrailStatus> guardrails() {
    return guardrails.statuses();
  }

  /** Thread-safe. */
  List<PredictorStatus> predictors() {
    return predictions.statuses();
  }

  private void lifecycle(Tick tick) {
    Optional<StateCheckpoint> checkpoint =
        lifecycle.observe(
            tick, guardrails.firing(), desk.inFlight(), windows.view(tick.at(), false));
    checkpoint.ifPresent(this::queue);
    while (!unstored.isEmpty()) {
      StateCheckpoint next = unstored.element();
      services.recorder().write(entries -> entries.checkpoint(next));
      unstored.remove();
      for (Bound<LifecycleListener> listener : extensions.listeners()) {
        tell(listener, next);
      }
    }
  }

  private void queue(StateCheckpoint checkpoint) {
    if (unstored.size() >= MOST_UNSTORED) {
      StateCheckpoint oldest = unstored.remove();
      services
          .problems()
          .note(
              STORE_FULL,
              Blame.ENVIRONMENT,
              "checkpoints of " + target.id(),
              "The store has refused checkpoints for long; the one of "
                  + oldest.at()
                  + " is dropped");
    }
    unstored.add(checkpoint);
  }

  private void tell(Bound<LifecycleListener> listener, StateCheckpoint checkpoint) {
    try {
      listener.extension().onTransition(checkpoint);
    } catch (Throwable thrown) { // whatever code of others throws must not stop the target
      CaughtFailure failure = CaughtFailure.of(thrown, PLUGIN_CALL_FAILED);
      services
          .problems()
          .note(
              failure.code(),
              failure.blame(),
              "listener of " + listener.unit() + " on " + target.id(),
              failure.message());
    }
  }

  private void step(String name, Runnable step) {
    try {
      step.run();
    } catch (RuntimeException e) {
      CaughtFailure failure = CaughtFailure.of(e, INTERNAL);
      services
          .problems()
          .note(failure.code(), failure.blame(), name + " of " + target.id(), failure.message());
    }
  }

  private TargetStatus initialStatus() {
    return status(false, null, 0, 0, null);
  }

  private TargetStatus statusAfter(Tick tick) {
    MonitorException failure = tick.failure();
    return status(
        tick.up(),
        tick.at(),
        tick.took().toNanos() / 1e9,
        tick.up() ? tick.batch().size() : 0,
        failure == null ? null : failure.describe());
  }

  private TargetStatus status(
      boolean up, @Nullable Instant at, double seconds, int samples, @Nullable String error) {
    LifecycleStanding standing = lifecycle.standing();
    return new TargetStatus(
        target,
        up,
        standing.state(),
        standing.since(),
        standing.incarnation(),
        standing.capabilities().version(),
        at,
        seconds,
        samples,
        error);
  }

  private RestoreReport.Item lifecycleItem(Optional<StateCheckpoint> newest) {
    return newest
        .map(
            checkpoint ->
                new RestoreReport.Item(
                    "lifecycle",
                    target.id().instance(),
                    RestoreReport.Status.RESTORED,
                    checkpoint.state() + ", " + checkpoint.reason(),
                    checkpoint.at()))
        .orElseGet(
            () ->
                new RestoreReport.Item(
                    "lifecycle",
                    target.id().instance(),
                    RestoreReport.Status.FRESH,
                    "no checkpoint",
                    null));
  }
}
