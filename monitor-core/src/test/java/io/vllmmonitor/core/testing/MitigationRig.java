package io.vllmmonitor.core.testing;

import io.vllmmonitor.api.guardrail.FiringStatus;
import io.vllmmonitor.api.guardrail.GuardrailFiring;
import io.vllmmonitor.api.guardrail.Severity;
import io.vllmmonitor.api.history.RestoreReport;
import io.vllmmonitor.api.learning.Learner;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.lifecycle.LifecycleState;
import io.vllmmonitor.api.mitigation.MitigationAttempt;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.api.target.TargetCapabilities;
import io.vllmmonitor.api.target.TargetMode;
import io.vllmmonitor.core.extension.Bound;
import io.vllmmonitor.core.identity.TimeOrderedIds;
import io.vllmmonitor.core.incident.IncidentBook;
import io.vllmmonitor.core.learning.LearningDesk;
import io.vllmmonitor.core.mitigation.AttemptLedger;
import io.vllmmonitor.core.mitigation.InterventionPolicy;
import io.vllmmonitor.core.mitigation.MitigationDesk;
import io.vllmmonitor.core.mitigation.TargetSnapshot;
import io.vllmmonitor.core.outcome.OutcomeWatch;
import io.vllmmonitor.core.telemetry.Problems;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * One target with everything behind its guardrails, on a history that outlives it: {@link #restart}
 * abandons the objects and builds new ones, as a process that was killed and started again.
 */
public final class MitigationRig {
  public final ManualClock clock = new ManualClock();
  public final MemoryHistory history = new MemoryHistory();
  public final FakeExtensions extensions = new FakeExtensions();
  public final FakeActuator actuator = new FakeActuator();
  public final FakeStrategy strategy = new FakeStrategy("hold-back");
  public final List<Bound<Learner>> learners = new CopyOnWriteArrayList<>();
  public final FakeViews views;
  public Target target;
  public InterventionPolicy policy =
      InterventionPolicy.defaults().withCooldown(Duration.ofMinutes(10));
  public boolean stopped;
  public boolean up = true;
  public double usage = 0.99;
  public LifecycleState state = LifecycleState.PROCESSING_REQUESTS;
  public @Nullable String incarnation = "life-1";
  public HandExecutor worker = new HandExecutor();
  public HandExecutor mailbox = new HandExecutor();
  public Problems problems = new Problems(clock, history);
  public IncidentBook incidents;
  public LearningDesk learning;
  public AttemptLedger ledger;
  public MitigationDesk desk;
  public OutcomeWatch outcomes;
  private final TimeOrderedIds ids = new TimeOrderedIds(clock, new Random(7));

  public MitigationRig(TargetMode mode) {
    target = Target.of(URI.create("http://127.0.0.1:8000"), mode, Duration.ofSeconds(5));
    views = new FakeViews(target.id());
    extensions.strategies.add(new Bound<>(strategy, "unit", "hash", false));
    extensions.actuators.add(new Bound<>(actuator, "unit", "hash", false));
    incidents = newBook();
    learning = newLearning();
    ledger = newLedger();
    desk = newDesk();
    outcomes = newOutcomes();
  }

  private IncidentBook newBook() {
    return new IncidentBook(target.id(), history, history, ids, clock);
  }

  private LearningDesk newLearning() {
    return new LearningDesk(() -> List.copyOf(learners), history, problems);
  }

  private AttemptLedger newLedger() {
    return new AttemptLedger(target.id(), history, history, clock);
  }

  private MitigationDesk newDesk() {
    return new MitigationDesk(
        target,
        extensions,
        ledger,
        incidents,
        learning,
        policy,
        () -> stopped,
        problems,
        ids,
        clock,
        worker,
        mailbox);
  }

  private OutcomeWatch newOutcomes() {
    return new OutcomeWatch(target, extensions, ledger, history, learning, problems, clock);
  }

  /** Dies and comes back, with the present policy and mode. */
  public List<RestoreReport.Item> restart() {
    history.afterWrite(draft -> {});
    worker.close();
    mailbox.close();
    worker = new HandExecutor();
    mailbox = new HandExecutor();
    problems = new Problems(clock, history);
    incidents = newBook();
    learning = newLearning();
    ledger = newLedger();
    desk = newDesk();
    outcomes = newOutcomes();
    List<RestoreReport.Item> items = new ArrayList<>(incidents.restore());
    items.addAll(desk.restore());
    learning.replay();
    return items;
  }

  /** Opens an incident of this kind through a firing. */
  public void open(FailureKind kind) {
    Instant at = clock.instant();
    GuardrailFiring firing =
        new GuardrailFiring(
            ids.next(),
            target.id(),
            "rule-" + kind,
            "hash",
            FiringStatus.FIRING,
            Severity.ERROR,
            kind,
            false,
            at,
            at,
            null,
            "too much",
            Map.of());
    IncidentBook.Proposal proposal = incidents.propose(List.of(firing), List.of(), at);
    history.write(
        entries -> {
          entries.firing(firing);
          proposal.changed().forEach(entries::incident);
        });
    incidents.apply(proposal);
  }

  /** Five seconds later, one scrape; workers stay idle. */
  public void scrape() {
    Instant at = clock.advanceSeconds(5);
    if (up) {
      views.put(at, FakeStrategy.USAGE, usage);
      incidents
          .open()
          .forEach(incident -> incidents.breachSeen(incident.kind(), at, Map.of("rule", usage)));
    }
    TargetSnapshot snapshot =
        new TargetSnapshot(at, up, state, incarnation, TargetCapabilities.unknown());
    outcomes.tick(views, snapshot);
    desk.tick(views, snapshot);
  }

  /** One scrape, and everything that the workers have to do. */
  public void tick() {
    scrape();
    work();
  }

  public void ticks(int count) {
    for (int i = 0; i < count; i++) {
      tick();
    }
  }

  public void work() {
    boolean more;
    do {
      boolean worked = worker.runOne();
      more = mailbox.runOne() || worked;
    } while (more);
  }

  /** The only attempt. */
  public MitigationAttempt attempt() {
    List<MitigationAttempt> all = history.attempts();
    if (all.size() != 1) {
      throw new AssertionError("expected one attempt, found " + all);
    }
    return all.get(0);
  }

  public MitigationAttempt last() {
    List<MitigationAttempt> all = history.attempts();
    return all.get(all.size() - 1);
  }
}
