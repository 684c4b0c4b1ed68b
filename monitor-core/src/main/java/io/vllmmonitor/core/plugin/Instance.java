package io.vllmmonitor.core.plugin;

import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_CALL_FAILED;
import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.extension.Extension;
import io.vllmmonitor.api.extension.StateSnapshot;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.core.extension.Bound;
import io.vllmmonitor.core.extension.StateFields;
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
  private final String unit;
  private final String codeHash;
  private final @Nullable TargetId target;
  private final boolean shadow;
  private final boolean adviseOnly;
  private final Set<String> configKeys;
  private final ServiceScope scope;
  private final CallGate gate;
  private final Extension extension;
  private final Object saving = new Object();
  private String saved = "";

  Instance(
      ExtensionKind kind,
      String id,
      String unit,
      String codeHash,
      @Nullable TargetId target,
      boolean shadow,
      boolean adviseOnly,
      Set<String> configKeys,
      ServiceScope scope,
      Extension made) {
    this.kind = requireNonNull(kind, "kind");
    this.id = requireNonNull(id, "id");
    this.unit = requireNonNull(unit, "unit");
    this.codeHash = requireNonNull(codeHash, "codeHash");
    this.target = target;
    this.shadow = shadow;
    this.adviseOnly = adviseOnly;
    this.configKeys = Set.copyOf(configKeys);
    this.scope = requireNonNull(scope, "scope");
    this.gate = new CallGate(kind.word() + " " + id + " of " + unit, id, made);
    this.extension = gate.open(kind);
  }

  ExtensionKind kind() {
    return kind;
  }

  String id() {
    return id;
  }

  String unit() {
    return unit;
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
    return new Bound<>(type.cast(extension), unit, codeHash, shadow, adviseOnly);
  }

  /** Gives the instance what an earlier one saved. */
  void restore(StateSnapshot snapshot) {
    extension.restoreState(StateFields.parse(snapshot.fields()), snapshot.stateVersion());
    synchronized (saving) {
      saved = snapshot.fields();
    }
  }

  /**
   * The state, where it differs from what was saved last.
   *
   * @throws MonitorException when the instance throws or its state is too large
   */
  Optional<StateSnapshot> changedState(Instant now) {
    synchronized (saving) {
      StateFields fields = new StateFields();
      extension.saveState(fields);
      if (fields.isEmpty() && saved.isEmpty()) {
        return Optional.empty();
      }
      String json = fields.json();
      if (json.equals(saved)) {
        return Optional.empty();
      }
      return Optional.of(
          new StateSnapshot(id, target, unit, codeHash, extension.stateVersion(), now, json));
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
      return changedState(now);
    } finally {
      gate.letGo();
    }
  }

  /** Called once the snapshot is stored. */
  void markSaved(StateSnapshot snapshot) {
    synchronized (saving) {
      saved = snapshot.fields();
    }
  }

  /**
   * Waits for the call that runs, cuts the instance off and closes it.
   *
   * @throws MonitorException PLUGIN_CALL_FAILED when it throws
   */
  void close() {
    Extension made = gate.cut(LONGEST_CALL);
    if (made != null) {
      try {
        made.close();
      } catch (MonitorException e) {
        throw e;
      } catch (Throwable e) {
        // Of a plugin's class perhaps: only its text may leave.
        throw new MonitorException(
            PLUGIN_CALL_FAILED,
            Blame.PLUGIN,
            kind.word() + " " + id + " of " + unit + ": close() threw " + Failures.describe(e));
      }
    }
  }
}
