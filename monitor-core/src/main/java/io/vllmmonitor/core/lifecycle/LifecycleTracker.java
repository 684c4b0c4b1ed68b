package io.vllmmonitor.core.lifecycle;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.lifecycle.LifecycleState;
import io.vllmmonitor.api.lifecycle.StateCheckpoint;
import io.vllmmonitor.api.lifecycle.StateTransition;
import io.vllmmonitor.api.target.TargetCapabilities;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.api.view.MetricView;
import io.vllmmonitor.core.identity.TimeOrderedIds;
import io.vllmmonitor.core.sampling.Tick;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Follows the state of one target and makes a checkpoint of every change; whoever asked stores it
 * before acting on it. Confined to the target's thread, except {@link #standing}.
 */
public final class LifecycleTracker {
  /** Keys in the environment and the metadata of checkpoints. */
  public static final String VERSION = "version";

  public static final String INCARNATION = "incarnation";
  public static final String ROUTES = "routes";
  public static final String FORMER_INCARNATION = "former_incarnation";
  public static final String CAUSE = "cause";

  private static final Set<LifecycleState> SEEN_FROM_OUTSIDE =
      Set.of(
          LifecycleState.READY,
          LifecycleState.SERVING,
          LifecycleState.PROCESSING_REQUESTS,
          LifecycleState.PAUSED,
          LifecycleState.ERROR,
          LifecycleState.TERMINATED,
          LifecycleState.RECOVERING);

  private final TargetId target;
  private final List<KeyMetric> keyMetrics;
  private final TimeOrderedIds ids;
  private final StateJudge judge;
  private volatile LifecycleStanding standing =
      new LifecycleStanding(LifecycleState.NOT_STARTED, null, null, TargetCapabilities.unknown());

  /**
   * @param keyMetrics what every checkpoint carries, where the target has it
   */
  public LifecycleTracker(
      TargetId target, LifecyclePolicy policy, List<KeyMetric> keyMetrics, TimeOrderedIds ids) {
    this.target = requireNonNull(target, "target");
    this.keyMetrics = List.copyOf(keyMetrics);
    this.ids = requireNonNull(ids, "ids");
    this.judge = new StateJudge(requireNonNull(policy, "policy"));
  }

  /**
   * Goes on from the newest stored checkpoint of the target. Call before the first {@link
   * #observe}.
   */
  public void restore(StateCheckpoint checkpoint) {
    if (!SEEN_FROM_OUTSIDE.contains(checkpoint.state())) {
      return; // written by something that saw more than scrapes do; begin anew
    }
    Map<String, String> environment = checkpoint.environment();
    String incarnation = environment.get(INCARNATION);
    judge.restore(
        checkpoint.state(), incarnation, StateJudge.HANG.equals(checkpoint.metadata().get(CAUSE)));
    standing =
        new LifecycleStanding(
            checkpoint.state(),
            checkpoint.at(),
            incarnation,
            new TargetCapabilities(environment.getOrDefault(VERSION, ""), Set.of()));
  }

  /**
   * Judges one scrape.
   *
   * @param firing ids of the guardrails that are firing
   * @param attempts ids of the attempts in flight
   * @param view at the scrape
   * @return the checkpoint of a change, to be stored; empty when the state is the same or not known
   *     yet
   */
  public Optional<StateCheckpoint> observe(
      Tick tick, List<String> firing, List<String> attempts, MetricView view) {
    LifecycleStanding was = standing;
    StateJudge.Judgement judged = judge.judge(tick);
    TargetCapabilities capabilities = merged(was.capabilities(), tick.signals().capabilities());
    boolean changed = judged.state() != was.state();
    standing =
        new LifecycleStanding(
            judged.state(), changed ? tick.at() : was.since(), judge.incarnation(), capabilities);
    if (!changed) {
      return Optional.empty();
    }
    boolean first = was.since() == null;
    return Optional.of(
        new StateCheckpoint(
            ids.next(),
            target,
            tick.at(),
            judged.state(),
            first ? judged.state() : was.state(),
            transition(was.state(), judged.state()),
            judged.reason(),
            Map.of(),
            environment(capabilities),
            Map.of(),
            metrics(view),
            judged.error(),
            firing,
            attempts,
            metadata(judged)));
  }

  /** Where the target stands. Thread-safe. */
  public LifecycleStanding standing() {
    return standing;
  }

  private static StateTransition transition(LifecycleState from, LifecycleState to) {
    return LifecycleTransitions.between(from, to)
        .orElseThrow(() -> new IllegalStateException("No way from " + from + " to " + to));
  }

  private static TargetCapabilities merged(TargetCapabilities known, TargetCapabilities found) {
    if (found.version().isEmpty() && found.routes().isEmpty()) {
      return known;
    }
    return new TargetCapabilities(
        found.version().isEmpty() ? known.version() : found.version(),
        found.routes().isEmpty() ? known.routes() : found.routes());
  }

  private Map<String, String> environment(TargetCapabilities capabilities) {
    Map<String, String> environment = new HashMap<>();
    if (!capabilities.version().isEmpty()) {
      environment.put(VERSION, capabilities.version());
    }
    putIfKnown(environment, INCARNATION, judge.incarnation());
    environment.put(ROUTES, Integer.toString(capabilities.routes().size()));
    return environment;
  }

  private Map<String, Double> metrics(MetricView view) {
    Map<String, Double> metrics = new HashMap<>();
    for (KeyMetric metric : keyMetrics) {
      if (view.has(metric.selector())) {
        double value = metric.read(view);
        if (!Double.isNaN(value)) {
          metrics.put(metric.selector(), value);
        }
      }
    }
    return metrics;
  }

  private static Map<String, String> metadata(StateJudge.Judgement judged) {
    Map<String, String> metadata = new HashMap<>();
    if (!judged.cause().isEmpty()) {
      metadata.put(CAUSE, judged.cause());
    }
    putIfKnown(metadata, FORMER_INCARNATION, judged.formerIncarnation());
    return metadata;
  }

  private static void putIfKnown(Map<String, String> map, String key, @Nullable String value) {
    if (value != null) {
      map.put(key, value);
    }
  }
}
