package io.vllmmonitor.plugin.mitigation.vllm;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.mitigation.ActionResult;
import io.vllmmonitor.api.mitigation.ActionResult.Status;
import io.vllmmonitor.api.mitigation.ActionStep;
import io.vllmmonitor.api.mitigation.Actuator;
import io.vllmmonitor.api.plugin.HttpAnswer;
import io.vllmmonitor.api.plugin.HttpCall;
import io.vllmmonitor.api.plugin.HttpService;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.api.target.TargetCapabilities;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Sends the control requests of vLLM, each once. A refusal, by status or by a body that says {@code
 * "success": false}, is a failure; only a lost answer leaves it unknown what happened. That the
 * server says so does not prove the effect: outcomes are measured elsewhere.
 */
final class VllmActuator implements Actuator {
  private static final Pattern REFUSED = Pattern.compile("\"success\"\\s*:\\s*false");

  private final HttpService http;
  private final InstantSource clock;

  VllmActuator(HttpService http, InstantSource clock) {
    this.http = requireNonNull(http, "http");
    this.clock = requireNonNull(clock, "clock");
  }

  @Override
  public String id() {
    return "vllm";
  }

  @Override
  public Set<String> actions() {
    return ControlRoute.ALL.stream()
        .map(ControlRoute::action)
        .collect(Collectors.toUnmodifiableSet());
  }

  @Override
  public Optional<String> dryRun(Target target, TargetCapabilities capabilities, ActionStep step) {
    Optional<ControlRoute> route = ControlRoute.of(step.action());
    if (route.isEmpty()) {
      return Optional.of("There is no action " + step.action() + " here, only " + actions());
    }
    Optional<String> objection = route.get().objection(step);
    if (objection.isPresent() || capabilities.serves(route.get().route())) {
      return objection;
    }
    return Optional.of(
        capabilities.routes().isEmpty()
            ? "The routes of " + target.id() + " are not known yet"
            : target.id()
                + " does not serve "
                + route.get().route()
                + "; most vLLM releases serve it with VLLM_SERVER_DEV_MODE=1 only");
  }

  @Override
  public ActionResult execute(Target target, ActionStep step) {
    Instant start = clock.instant();
    Optional<ControlRoute> route = ControlRoute.of(step.action());
    Optional<String> objection =
        route.isEmpty()
            ? Optional.of("There is no action " + step.action())
            : route.get().objection(step);
    if (route.isEmpty() || objection.isPresent()) {
      return result(step, Status.FAILED, "Nothing was sent: " + objection.orElse(""), start);
    }
    try {
      String request = route.get().request(step);
      return judged(step, http.send(HttpCall.post(request, null, step.deadline())), start);
    } catch (MonitorException e) {
      return result(step, statusOf(e.code()), e.describe(), start);
    }
  }

  private ActionResult judged(ActionStep step, HttpAnswer answer, Instant start) {
    String said = "HTTP " + answer.status() + " " + answer.text().strip();
    boolean done = answer.isSuccess() && !REFUSED.matcher(answer.text()).find();
    return result(step, done ? Status.DONE : Status.FAILED, said, start);
  }

  /** Nothing was sent in these cases; in all others the request may have arrived. */
  private static Status statusOf(ErrorCode code) {
    return switch (code) {
      case TARGET_UNREACHABLE, TARGET_ADDRESS_DENIED, TARGET_REDIRECT_REFUSED -> Status.FAILED;
      default -> Status.UNKNOWN;
    };
  }

  private ActionResult result(ActionStep step, Status status, String detail, Instant start) {
    Duration took = Duration.between(start, clock.instant());
    return new ActionResult(
        step.action(), status, detail, took.isNegative() ? Duration.ZERO : took);
  }
}
