package io.vllmmonitor.core.mitigation;

import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_CALL_FAILED;

import io.vllmmonitor.api.mitigation.ActionPlan;
import io.vllmmonitor.api.mitigation.ActionStep;
import io.vllmmonitor.api.mitigation.Actuator;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.api.target.TargetCapabilities;
import io.vllmmonitor.core.extension.Bound;
import io.vllmmonitor.core.extension.ExtensionSet;
import io.vllmmonitor.core.telemetry.CaughtFailure;
import io.vllmmonitor.core.telemetry.Problems;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds the actuator of a step and asks whether it could be carried out. Actuators in shadow do not
 * count, they could not act. Confined to the target's thread.
 */
final class DryRun {
  private final Target target;
  private final ExtensionSet extensions;
  private final Problems problems;

  DryRun(Target target, ExtensionSet extensions, Problems problems) {
    this.target = target;
    this.extensions = extensions;
    this.problems = problems;
  }

  /** The first reason why a step, or its undoing, could not be carried out; empty when none. */
  Optional<String> objection(ActionPlan plan, TargetCapabilities capabilities) {
    return Stream.concat(plan.steps().stream(), plan.rollback().stream())
        .map(step -> objection(step, capabilities))
        .flatMap(Optional::stream)
        .findFirst();
  }

  Optional<Actuator> actuator(ActionStep step) {
    return extensions.actuators().stream()
        .filter(bound -> !bound.shadow())
        .map(Bound::extension)
        .filter(actuator -> offers(actuator, step))
        .findFirst();
  }

  private Optional<String> objection(ActionStep step, TargetCapabilities capabilities) {
    Optional<Actuator> actuator = actuator(step);
    if (actuator.isEmpty()) {
      return Optional.of("No actuator offers the action " + step.action());
    }
    try {
      return actuator
          .get()
          .dryRun(target, capabilities, step)
          .map(why -> step.action() + ": " + why);
    } catch (Throwable thrown) {
      return Optional.of(step.action() + ": " + note(thrown).message());
    }
  }

  private boolean offers(Actuator actuator, ActionStep step) {
    try {
      return actuator.actions().contains(step.action());
    } catch (Throwable thrown) {
      note(thrown);
      return false;
    }
  }

  private CaughtFailure note(Throwable thrown) {
    CaughtFailure failure = CaughtFailure.of(thrown, PLUGIN_CALL_FAILED);
    problems.note(
        failure.code(), failure.blame(), "actuators of " + target.id(), failure.message());
    return failure;
  }
}
