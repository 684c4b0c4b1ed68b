package io.vllmmonitor.core.plugin;

import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_CALL_FAILED;
import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_START_FAILED;
import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_STATE_RESTORE;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.extension.Extension;
import io.vllmmonitor.api.extension.StateSnapshot;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.core.extension.UnitConfiguration;
import io.vllmmonitor.core.telemetry.Problems;
import io.vllmmonitor.core.worker.DeadlineWorker;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Makes, restores and closes instances, those that run and those on trial alike. Every line of
 * strangers' code in it runs on a worker with a deadline. Confined to one thread at a time.
 */
final class InstanceLife {
  private static final Pattern EXTENSION_ID = Pattern.compile("[a-zA-Z][a-zA-Z0-9_.-]{1,63}");

  private final DeadlineWorker worker;
  private final Problems problems;

  /**
   * @param problems told of what instances throw when they are closed
   */
  InstanceLife(DeadlineWorker worker, Problems problems) {
    this.worker = worker;
    this.problems = problems;
  }

  /**
   * What the instances of one set have in common.
   *
   * @param target null for the kinds that exist once per daemon
   * @param configuration what its unit was configured with
   */
  record Role(
      CodeGeneration generation,
      @Nullable Target target,
      boolean shadow,
      boolean adviseOnly,
      UnitConfiguration configuration,
      CallWatch watch) {}

  /** What was asked of an extension while it was made. */
  private record Known(UnitCode.Piece piece, String id, Set<String> configKeys) {}

  /**
   * Makes instances, fresh.
   *
   * @param what the subject, for messages
   * @param code the code's own part of it
   * @throws MonitorException when the code throws, is late, or answers something unusable; no gate
   *     is left then
   */
  List<Instance> make(
      String what, Callable<List<UnitCode.Piece>> code, Role role, ServiceScope scope) {
    String unit = role.generation().unit();
    List<Known> pieces =
        Failures.run(worker, PLUGIN_START_FAILED, what, () -> known(unit, code.call()));
    // Only now: the watchdog holds a gate from its first moment, and of a try that failed or came
    // too late nobody would take it away.
    return pieces.stream()
        .map(
            known ->
                new Instance(
                    known.piece().kind(),
                    known.id(),
                    role.generation(),
                    role.target(),
                    role.shadow(),
                    role.adviseOnly(),
                    known.configKeys(),
                    scope,
                    role.configuration(),
                    known.piece().extension(),
                    role.watch()))
        .toList();
  }

  private static List<Known> known(String unit, List<UnitCode.Piece> pieces) {
    List<Known> known = new ArrayList<>();
    try {
      for (UnitCode.Piece piece : pieces) {
        Extension extension = piece.extension();
        known.add(new Known(piece, checkedId(unit, extension), configKeys(extension)));
      }
      return known;
    } catch (RuntimeException | Error e) {
      pieces.forEach(piece -> closeQuietly(piece.extension()));
      throw e;
    }
  }

  private static void closeQuietly(Extension extension) {
    try {
      extension.close();
    } catch (Throwable e) {
      // Why the whole set is not used is what counts, and that is told.
    }
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

  /**
   * Gives an instance a state.
   *
   * @throws MonitorException PLUGIN_STATE_RESTORE, or what the instance says; it may be half
   *     restored then
   */
  void restore(Instance instance, StateSnapshot snapshot) {
    Boolean unused =
        Failures.run(
            worker,
            PLUGIN_STATE_RESTORE,
            instance.name() + ": restoreState()",
            () -> {
              instance.restore(snapshot);
              return Boolean.TRUE;
            });
  }

  /**
   * Cuts instances off, closes them and ends their services; what they throw is a problem. Callers
   * that wait go on before the first one is closed.
   *
   * @param successor takes the calls of an instance from now on; null where it has none
   */
  void close(List<Instance> instances, Function<Instance, @Nullable Instance> successor) {
    Set<ServiceScope> scopes = new LinkedHashSet<>();
    instances.forEach(instance -> scopes.add(instance.scope()));
    scopes.forEach(ServiceScope::quiesce);
    Map<Instance, Extension> cut = new LinkedHashMap<>();
    for (Instance instance : instances) {
      instance.cut(successor.apply(instance)).ifPresent(extension -> cut.put(instance, extension));
    }
    cut.forEach(this::close);
    scopes.forEach(this::release);
  }

  private void close(Instance instance, Extension extension) {
    try {
      Boolean unused =
          Failures.run(
              worker,
              PLUGIN_CALL_FAILED,
              instance.name() + " of " + instance.unit() + ": close()",
              () -> {
                extension.close();
                return Boolean.TRUE;
              });
    } catch (MonitorException e) {
      problems.note(instance.unit(), e);
    }
  }

  /** Ends the services of a set of instances. */
  void release(ServiceScope scope) {
    scope.release(worker, problems);
  }
}
