package io.vllmmonitor.core.testing;

import io.vllmmonitor.api.mitigation.ActionResult;
import io.vllmmonitor.api.mitigation.ActionStep;
import io.vllmmonitor.api.mitigation.Actuator;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.api.target.TargetCapabilities;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Offers pause, trim and resume, notes every call, and answers as scripted. */
public final class FakeActuator implements Actuator {
  public final List<String> executed = new ArrayList<>();
  public final Map<String, Function<ActionStep, ActionResult>> script = new HashMap<>();
  public @Nullable String objection;

  @Override
  public String id() {
    return "fake-actuator";
  }

  @Override
  public Set<String> actions() {
    return Set.of("pause", "trim", "resume");
  }

  @Override
  public Optional<String> dryRun(Target target, TargetCapabilities capabilities, ActionStep step) {
    return Optional.ofNullable(objection);
  }

  @Override
  public ActionResult execute(Target target, ActionStep step) {
    executed.add(step.action());
    Function<ActionStep, ActionResult> scripted = script.get(step.action());
    return scripted == null ? result(step, ActionResult.Status.DONE) : scripted.apply(step);
  }

  public void answer(String action, ActionResult.Status status) {
    script.put(action, step -> result(step, status));
  }

  public long times(String action) {
    return executed.stream().filter(action::equals).count();
  }

  private static ActionResult result(ActionStep step, ActionResult.Status status) {
    return new ActionResult(step.action(), status, "as scripted", Duration.ofMillis(3));
  }
}
