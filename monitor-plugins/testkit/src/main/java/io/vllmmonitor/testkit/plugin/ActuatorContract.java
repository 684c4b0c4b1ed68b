package io.vllmmonitor.testkit.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.mitigation.ActionResult;
import io.vllmmonitor.api.mitigation.ActionStep;
import io.vllmmonitor.api.mitigation.Actuator;
import io.vllmmonitor.api.plugin.HttpCall;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.api.target.TargetCapabilities;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * What every actuator over HTTP must keep to: it sends each step once, believes no failure to be a
 * success, and does nothing in a dry run.
 */
public abstract class ActuatorContract extends ExtensionContract<Actuator> {
  private static final double STEPS = 10_000_000;
  private static final int[] STATUSES = {
    200, 201, 204, 301, 400, 401, 404, 409, 418, 429, 500, 503
  };

  /** A new actuator on this way to the target. */
  protected abstract Actuator actuator(FakeTargetHttp http);

  /** A server that does what it is asked. */
  protected abstract FakeTargetHttp willing();

  /** One valid step per action. */
  protected abstract Collection<ActionStep> steps();

  /** What a server offers on which all those steps can be carried out. */
  protected abstract TargetCapabilities capabilities();

  /** The target of the actuator. */
  protected abstract Target target();

  @Override
  Actuator create() {
    return actuator(willing());
  }

  @Override
  String answer(Actuator actuator, int number) {
    ActionStep step = List.copyOf(steps()).get(number % steps().size());
    Optional<String> why = actuator.dryRun(target(), capabilities(), step);
    return why + " " + text(actuator.execute(target(), step), "execute()", ActionResult::toString);
  }

  /** The server answers anything; the actuator is made for that server. */
  @Override
  void strange(Actuator unused, RandomInput random) {
    FakeTargetHttp http = new FakeTargetHttp();
    int status = STATUSES[random.below(STATUSES.length)];
    String body = random.text() + random.text();
    String type = random.chance(0.5) ? "application/json" : random.text();
    for (ActionStep step : steps()) {
      http.answer(routeOf(step), status, type, body);
    }
    ActionStep step = List.copyOf(steps()).get(random.below(steps().size()));
    Actuator actuator = actuator(http);
    ActionResult result = actuator.execute(target(), step);
    assertThat(result).as("execute()").isNotNull();
    assertThat(result.status() == ActionResult.Status.DONE && status >= 300)
        .as("status %d is not done", status)
        .isFalse();
    Map<String, String> odd = new HashMap<>(step.arguments());
    odd.replaceAll((name, value) -> random.chance(0.5) ? random.text() : value);
    assertThat(
            actuator.dryRun(
                target(),
                random.capabilities(),
                new ActionStep(step.action(), odd, step.deadline())))
        .as("dryRun() must answer why not, or empty")
        .isNotNull();
  }

  @Override
  double budget() {
    return STEPS;
  }

  @Test
  void everyActionOfItIsTried() {
    assertThat(steps())
        .extracting(ActionStep::action)
        .containsExactlyInAnyOrderElementsOf(actuator(willing()).actions());
  }

  @Test
  void aDryRunSendsNothing() {
    FakeTargetHttp http = willing();
    Actuator actuator = actuator(http);
    for (ActionStep step : steps()) {
      assertThat(actuator.dryRun(target(), capabilities(), step)).as(step.action()).isEmpty();
    }
    assertThat(http.calls()).isEmpty();
  }

  @Test
  void aDryRunRefusesWhatItDoesNotKnow() {
    Actuator actuator = actuator(willing());
    ActionStep strange = ActionStep.of("no.such.action", Duration.ofSeconds(1));
    assertThat(actuator.dryRun(target(), capabilities(), strange)).isPresent();
    for (ActionStep step : steps()) {
      Map<String, String> more = new HashMap<>(step.arguments());
      more.put("no_such_argument", "1");
      ActionStep odd = new ActionStep(step.action(), more, step.deadline());
      assertThat(actuator.dryRun(target(), capabilities(), odd)).as(step.action()).isPresent();
    }
  }

  @Test
  void eachStepIsSentOnceWithinItsDeadline() {
    for (ActionStep step : steps()) {
      FakeTargetHttp http = willing();
      ActionResult result = actuator(http).execute(target(), step);
      assertThat(result.status()).as(result.detail()).isEqualTo(ActionResult.Status.DONE);
      assertThat(result.action()).isEqualTo(step.action());
      List<HttpCall> calls = http.calls();
      assertThat(calls).as(step.action()).hasSize(1);
      assertThat(calls.get(0).deadline()).isLessThanOrEqualTo(step.deadline());
    }
  }

  @Test
  void aRefusalIsAFailure() {
    for (ActionStep step : steps()) {
      assertThat(resultOf(step, 500).status()).isEqualTo(ActionResult.Status.FAILED);
      assertThat(resultOf(step, 404).status()).isEqualTo(ActionResult.Status.FAILED);
    }
  }

  @Test
  void aLostAnswerIsUnknownAndAServerThatIsNotThereAFailure() {
    for (ActionStep step : steps()) {
      assertThat(resultOf(step, ErrorCode.TARGET_TIMEOUT).status())
          .isEqualTo(ActionResult.Status.UNKNOWN);
      assertThat(resultOf(step, ErrorCode.TARGET_UNREACHABLE).status())
          .isEqualTo(ActionResult.Status.FAILED);
    }
  }

  private ActionResult resultOf(ActionStep step, int status) {
    FakeTargetHttp http = new FakeTargetHttp();
    http.json(routeOf(step), status, "{\"error\":\"no\"}");
    return actuator(http).execute(target(), step);
  }

  private ActionResult resultOf(ActionStep step, ErrorCode code) {
    FakeTargetHttp http = new FakeTargetHttp();
    http.fail(routeOf(step), code);
    ActionResult result = actuator(http).execute(target(), step);
    assertThat(http.calls()).as("sent once, never again").hasSize(1);
    return result;
  }

  private String routeOf(ActionStep step) {
    FakeTargetHttp http = willing();
    actuator(http).execute(target(), step);
    HttpCall call = http.calls().get(0);
    int query = call.path().indexOf('?');
    return call.method() + " " + (query < 0 ? call.path() : call.path().substring(0, query));
  }
}
