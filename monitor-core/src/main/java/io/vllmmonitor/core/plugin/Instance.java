package io.vllmmonitor.core.plugin;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.extension.Extension;
import io.vllmmonitor.api.extension.StateSnapshot;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.core.extension.Bound;
import io.vllmmonitor.core.extension.StateFields;
import io.vllmmonitor.core.extension.UnitConfiguration;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One live extension behind its gate, with what was saved of it last. Calls may come from any
 * thread; saving is confined to one at a time.
 */
final class Instance {
  private static final Duration LONGEST_CALL = Duration.ofSeconds(10);

  private final ExtensionKind kind;
  private final String id;
  private final CodeGeneration generation;
  private final @Nullable TargetId target;
  private final boolean shadow;
  private final boolean adviseOnly;
  private final Set<String> configKeys;
  private final ServiceScope scope;
  private final UnitConfiguration configuration;
  private final CallGate gate;
  private final Extension extension;
  private final Object saving = new Object();
  private volatile String saved = "";
  private volatile @Nullable Extension resting; // written under the platform's lock

  /**
   * @param target null for a kind that exists once per daemon
   * @param configuration what its unit was configured with
   */
  Instance(
      ExtensionKind kind,
      String id,
      CodeGeneration generation,
      @Nullable Target target,
      boolean shadow,
      boolean adviseOnly,
      Set<String> configKeys,
      ServiceScope scope,
      UnitConfiguration configuration,
      Extension made,
      CallWatch watch) {
    this.kind = requireNonNull(kind, "kind");
    this.id = requireNonNull(id, "id");
    this.generation = requireNonNull(generation, "generation");
    this.target = target == null ? null : target.id();
    this.shadow = shadow;
    this.adviseOnly = adviseOnly;
    this.configKeys = Set.copyOf(configKeys);
    this.scope = requireNonNull(scope, "scope");
    this.configuration = requireNonNull(configuration, "configuration");
    this.gate =
        new CallGate(
            kind.word() + " " + id + " of " + generation.unit(),
            id,
            made,
            CallLimits.of(kind, generation.kind(), target),
            watch);
    this.extension = gate.open(kind);
  }

  ExtensionKind kind() {
    return kind;
  }

  String id() {
    return id;
  }

  String unit() {
    return generation.unit();
  }

  @Nullable TargetId target() {
    return target;
  }

  /** The configuration keys that it understands. */
  Set<String> configKeys() {
    return configKeys;
  }

  /** The life of its services, shared with the other instances of its set. */
  ServiceScope scope() {
    return scope;
  }

  /** What must be unique among the instances of a target. */
  String name() {
    return kind.word() + ":" + id;
  }

  /** The gate, as the interface of its kind. */
  Extension extension() {
    return extension;
  }

  <E extends Extension> Bound<E> bound(Class<E> type) {
    return new Bound<>(
        type.cast(extension), unit(), generation.codeHash(), shadow, adviseOnly, configuration);
  }

  /** Gives the instance what an earlier one saved. */
  void restore(StateSnapshot snapshot) {
    extension.restoreState(StateFields.parse(snapshot.fields()), snapshot.stateVersion());
    saved = snapshot.fields();
  }

  /**
   * The state, where it differs from what was saved last.
   *
   * @throws MonitorException when the instance throws or its state is too large
   */
  Optional<StateSnapshot> changedState(Instant now) {
    synchronized (saving) {
      return changed(now);
    }
  }

  private Optional<StateSnapshot> changed(Instant now) {
    try {
      return snapshot(extension, now).filter(snapshot -> !isSaved(snapshot));
    } catch (MonitorException e) {
      if (gate.isCut()) {
        return Optional.empty(); // what took its place has its state
      }
      throw e;
    }
  }

  /**
   * The same without waiting: empty also while the instance is being called, and then it counts as
   * having asked to be saved.
   */
  Optional<StateSnapshot> changedStateIfIdle(Instant now) {
    if (!gate.tryHold()) {
      scope.saveStillDue();
      return Optional.empty();
    }
    try {
      // Without the monitor of the others: they wait for their turn with it.
      return changed(now);
    } finally {
      gate.letGo();
    }
  }

  /** The state of an instance that is paused, changed or not; empty when it has none. */
  Optional<StateSnapshot> pausedState(Instant now) {
    Extension paused = resting;
    return paused == null ? Optional.empty() : snapshot(paused, now);
  }

  /** Whether a snapshot says what is stored already. */
  boolean isSaved(StateSnapshot snapshot) {
    return snapshot.fields().equals(saved);
  }

  private Optional<StateSnapshot> snapshot(Extension from, Instant now) {
    StateFields fields = new StateFields();
    from.saveState(fields);
    if (fields.isEmpty() && saved.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new StateSnapshot(
            id, target, unit(), generation.codeHash(), from.stateVersion(), now, fields.json()));
  }

  /** Called once the snapshot is stored. */
  void markSaved(StateSnapshot snapshot) {
    saved = snapshot.fields();
  }

  /** Keeps new calls waiting once the one that runs has ended; in vain when it does not end. */
  void pause(Duration longest) {
    resting = gate.pause(longest);
  }

  /** Whether its last state is taken, or was taken, by whoever has paused it or cut it off. */
  boolean isAtRest() {
    return resting != null || gate.isCut();
  }

  /** Lets the calls go on that {@link #pause} has kept. */
  void resume() {
    if (resting != null) {
      resting = null;
      gate.resume();
    }
  }

  /**
   * Cuts the instance off after the call that runs.
   *
   * @param next who takes its calls from now on; null for nobody
   * @return what is to be closed, at most once
   */
  Optional<Extension> cut(@Nullable Instance next) {
    boolean paused = resting != null;
    resting = null;
    return Optional.ofNullable(gate.cut(LONGEST_CALL, next == null ? null : next.gate, paused));
  }

  /** How it is. */
  InstanceHealth health(long now) {
    Breaker breaker = gate.breaker();
    UnitHealth.Failure last = gate.lastFailure();
    return new InstanceHealth(
        name(),
        target,
        InstanceHealth.word(breaker.state()),
        breaker.failuresInARow(),
        breaker.heldFor(now),
        last == null ? "" : last.text(),
        last == null ? null : last.at());
  }
}
