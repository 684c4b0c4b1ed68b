package io.vllmmonitor.core.engine;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.history.Problem;
import io.vllmmonitor.api.history.RestoreReport;
import io.vllmmonitor.api.learning.ModelCard;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.core.guardrail.GuardrailStatus;
import io.vllmmonitor.core.learning.LearningDesk;
import io.vllmmonitor.core.prediction.PredictorStatus;
import io.vllmmonitor.core.sampling.TargetMailbox;
import io.vllmmonitor.core.telemetry.CaughtFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All targets and what they share. Made at start-up; {@link #restore} brings targets back without
 * touching them, {@link #startSampling} begins to scrape them, {@link #close} ends in order: no
 * more scrapes, running plans undone, states saved. Thread-safe.
 */
public final class Engine implements EngineStatus, AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final EngineServices services;
  private final LearningDesk learning;
  private final Object lock = new Object();
  private final Map<String, TargetEngine> targets = new TreeMap<>();
  private final Map<String, @Nullable Instant> newest = new LinkedHashMap<>();

  public Engine(EngineServices services) {
    this.services = requireNonNull(services, "services");
    this.learning =
        new LearningDesk(
            () -> services.extensions().learners(), services.history(), services.problems());
  }

  /** Feeds learners what they have not seen. Call once, before the targets are restored. */
  public void restoreLearners() {
    learning.replay();
  }

  /**
   * Makes a target and brings back what the store remembers of it; nothing is scraped yet.
   *
   * @return what came back
   */
  public List<RestoreReport.Item> restore(Target target) {
    TargetMailbox mailbox =
        new TargetMailbox(services.mailboxes(), thrown -> noteThrown(target, thrown));
    TargetEngine engine = new TargetEngine(target, services, learning, mailbox);
    TargetEngine.Restored restored = engine.restore();
    synchronized (lock) {
      targets.put(target.id().instance(), engine);
      newest.put(target.id().instance(), restored.newest());
    }
    return restored.items();
  }

  /** Begins to scrape a target that was restored. */
  public void startSampling(Target target) {
    TargetEngine engine;
    Instant after;
    synchronized (lock) {
      engine = requireNonNull(targets.get(target.id().instance()), "restore it first");
      after = newest.remove(target.id().instance());
    }
    services.sampler().add(target, engine.extensions(), engine.mailbox(), engine, after);
  }

  /** Saves what the learners know. Call about every 30 s. */
  public void saveLearners() {
    learning.whileIdle(services.extensions()::saveDaemonStates);
  }

  @Override
  public List<TargetStatus> targets() {
    return all().stream().map(TargetEngine::status).toList();
  }

  @Override
  public List<GuardrailStatus> guardrails() {
    List<GuardrailStatus> statuses = new ArrayList<>();
    all().forEach(target -> statuses.addAll(target.guardrails()));
    statuses.sort(
        Comparator.comparing(GuardrailStatus::guardrail).thenComparing(GuardrailStatus::target));
    return statuses;
  }

  @Override
  public List<PredictorStatus> predictors() {
    List<PredictorStatus> found = new ArrayList<>();
    all().forEach(target -> found.addAll(target.predictors()));
    found.sort(
        Comparator.comparing(PredictorStatus::predictor).thenComparing(PredictorStatus::target));
    return found;
  }

  @Override
  public List<ModelCard> learners() {
    return learning.modelCards();
  }

  @Override
  public List<Problem> problems() {
    return services.problems().open();
  }

  /**
   * Ends in order. Takes up to {@code 2 × 5 s} when plans must be undone; what is not through by
   * then is found and settled by the next start.
   */
  @Override
  public void close() {
    services.sampler().close();
    List<TargetEngine> engines = all();
    onMailboxes(engines, TargetEngine::windDown);
    awaitIdle(engines);
    onMailboxes(engines, TargetEngine::saveStates);
    engines.forEach(engine -> engine.mailbox().close());
    saveLearners();
  }

  private void awaitIdle(List<TargetEngine> engines) {
    long end = services.nanos().getAsLong() + PATIENCE.toNanos();
    while (services.nanos().getAsLong() < end && anyBusy(engines)) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
    }
  }

  private boolean anyBusy(List<TargetEngine> engines) {
    AtomicBoolean busy = new AtomicBoolean();
    onMailboxes(
        engines,
        engine -> {
          if (engine.busy()) {
            busy.set(true);
          }
        });
    return busy.get();
  }

  /**
   * Runs something on every mailbox and waits for all; a mailbox that is stuck is a problem, not an
   * obstacle.
   */
  private void onMailboxes(List<TargetEngine> engines, Consumer<TargetEngine> task) {
    CountDownLatch open = new CountDownLatch(engines.size());
    for (TargetEngine engine : engines) {
      boolean posted = engine.mailbox().post(() -> runCounted(engine, task, open));
      if (!posted) {
        open.countDown();
      }
    }
    try {
      if (!open.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        services
            .problems()
            .note(
                ErrorCode.SHUTTING_DOWN,
                Blame.PLUGIN,
                "engine",
                "A target was still busy after "
                    + PATIENCE.toSeconds()
                    + " s; what it would have saved last is lost, the state of 30 s ago stands");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void runCounted(
      TargetEngine engine, Consumer<TargetEngine> task, CountDownLatch open) {
    try {
      task.accept(engine);
    } finally {
      open.countDown();
    }
  }

  private List<TargetEngine> all() {
    synchronized (lock) {
      return List.copyOf(targets.values());
    }
  }

  private void noteThrown(Target target, Throwable thrown) {
    CaughtFailure failure = CaughtFailure.of(thrown, ErrorCode.INTERNAL);
    services
        .problems()
        .note(failure.code(), failure.blame(), "engine of " + target.id(), failure.message());
  }
}
