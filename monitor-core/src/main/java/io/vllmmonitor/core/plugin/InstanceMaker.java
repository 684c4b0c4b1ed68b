package io.vllmmonitor.core.plugin;

import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_START_FAILED;
import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_STATE_RESTORE;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.code.CodeStatus;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.extension.Extension;
import io.vllmmonitor.api.extension.StateSnapshot;
import io.vllmmonitor.api.source.MetricsSource;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.core.worker.DeadlineWorker;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Makes the instances of one unit for one target or for the daemon, and restores their state. A
 * state that cannot be restored is set aside as a blob, reported, and the instance starts fresh.
 * Guarded by the platform's lock.
 */
final class InstanceMaker {
  private static final Pattern EXTENSION_ID = Pattern.compile("[a-zA-Z][a-zA-Z0-9_.-]{1,63}");

  private final PlatformServices services;
  private final DeadlineWorker worker;
  private final ContextFactory contexts;
  private final Promotions promotions;

  InstanceMaker(
      PlatformServices services,
      DeadlineWorker worker,
      ContextFactory contexts,
      Promotions promotions) {
    this.services = services;
    this.worker = worker;
    this.contexts = contexts;
    this.promotions = promotions;
  }

  /**
   * @param target null for the kinds that exist once per daemon
   * @throws MonitorException when the code throws, is late, or answers something unusable; nothing
   *     is left open then
   */
  List<Instance> make(CodeGeneration generation, UnitCode code, @Nullable Target target) {
    Set<String> startFresh = new HashSet<>();
    while (true) {
      List<Instance> made = construct(generation, code, target);
      Instance unrestored = restore(made, target, startFresh);
      if (unrestored == null) {
        declareMetrics(made);
        return made;
      }
      startFresh.add(unrestored.name());
      closeAll(made);
    }
  }

  /** Closes instances and ends their services; what they throw is noted as a problem. */
  void closeAll(List<Instance> instances) {
    Set<ServiceScope> scopes = new LinkedHashSet<>();
    instances.forEach(instance -> scopes.add(instance.scope()));
    scopes.forEach(ServiceScope::quiesce);
    for (Instance instance : instances) {
      try {
        Failures.run(
            worker,
            PLUGIN_START_FAILED,
            instance.name() + ": close()",
            () -> {
              instance.close();
              return Boolean.TRUE;
            });
      } catch (MonitorException e) {
        services.problems().note(instance.unit(), e);
      }
    }
    scopes.forEach(this::release);
  }

  private void release(ServiceScope scope) {
    scope.release(worker, services.problems());
  }

  private List<Instance> construct(
      CodeGeneration generation, UnitCode code, @Nullable Target target) {
    String unit = generation.unit();
    UnitContext context = contexts.make(unit, target, code.defaults());
    List<Instance> made = List.of();
    try {
      made = construct(generation, code, context);
      return made;
    } finally {
      // Nobody is left who could close them later.
      if (made.isEmpty()) {
        release(context.scope());
      }
    }
  }

  private List<Instance> construct(CodeGeneration generation, UnitCode code, UnitContext context) {
    String unit = generation.unit();
    @Nullable Target target = context.target().orElse(null);
    Stage stage = target == null ? Stage.ACT : promotions.stage(generation, target.mode());
    boolean shadow =
        target == null ? generation.status() == CodeStatus.SHADOW : stage == Stage.SHADOW;
    TargetId id = target == null ? null : target.id();
    return Failures.run(
        worker,
        PLUGIN_START_FAILED,
        "Unit " + unit + " for " + (target == null ? "the daemon" : target.id()),
        () -> {
          List<UnitCode.Piece> pieces =
              target == null ? code.forDaemon(context) : code.forTarget(context);
          List<Instance> made = new ArrayList<>();
          for (UnitCode.Piece piece : pieces) {
            made.add(
                new Instance(
                    piece.kind(),
                    checkedId(unit, piece.extension()),
                    unit,
                    generation.codeHash(),
                    id,
                    shadow,
                    stage == Stage.ADVISE,
                    configKeys(piece.extension()),
                    context.scope(),
                    piece.extension()));
          }
          return made;
        });
  }

  private static String checkedId(String unit, Extension extension) {
    String id = extension.id();
    if (id == null || !EXTENSION_ID.matcher(id).matches()) {
      throw new MonitorException(
          PLUGIN_START_FAILED,
          Blame.PLUGIN,
          "Unit "
              + unit
              + " brings an extension with the id '"
              + id
              + "'; expected [a-zA-Z][a-zA-Z0-9_.-]{1,63}");
    }
    return id;
  }

  private static Set<String> configKeys(Extension extension) {
    Set<String> keys = new HashSet<>();
    extension.configSpec().keys().forEach(key -> keys.add(key.name()));
    return keys;
  }

  private @Nullable Instance restore(
      List<Instance> made, @Nullable Target target, Set<String> startFresh) {
    for (Instance instance : made) {
      if (startFresh.contains(instance.name())) {
        continue;
      }
      Optional<StateSnapshot> saved =
          services
              .history()
              .state(instance.id(), instance.unit(), target == null ? null : target.id());
      if (saved.isPresent() && !restored(instance, saved.get())) {
        return instance;
      }
    }
    return null;
  }

  private boolean restored(Instance instance, StateSnapshot snapshot) {
    try {
      return Failures.run(
          worker,
          PLUGIN_STATE_RESTORE,
          instance.name() + ": restoreState()",
          () -> {
            instance.restore(snapshot);
            return Boolean.TRUE;
          });
    } catch (MonitorException e) {
      String kept = services.blobs().put(snapshot.fields().getBytes(StandardCharsets.UTF_8));
      services
          .problems()
          .note(
              PLUGIN_STATE_RESTORE,
              Blame.PLUGIN,
              instance.unit(),
              e.getMessage() + ". It starts fresh; the old state is kept as blob " + kept);
      return false;
    }
  }

  private void declareMetrics(List<Instance> made) {
    for (Instance instance : made) {
      if (instance.extension() instanceof MetricsSource source) {
        services.metrics().add(source.metrics());
      }
    }
  }
}
