package io.vllmmonitor.plugin.mitigation.vllm;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.mitigation.ActionResult;
import io.vllmmonitor.api.mitigation.ActionStep;
import io.vllmmonitor.api.plugin.HttpAnswer;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.api.target.TargetCapabilities;
import io.vllmmonitor.testkit.plugin.FakePluginContext;
import io.vllmmonitor.testkit.plugin.FakeTargetHttp;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class VllmActuatorTest {
  private static final Target TARGET = FakePluginContext.forTarget().target().orElseThrow();
  private static final ActionStep RESET =
      ActionStep.of("vllm.reset_prefix_cache", Duration.ofSeconds(5));
  private static final ActionStep PAUSE =
      new ActionStep(
          "vllm.pause", Map.of("mode", "wait", "clear_cache", "false"), Duration.ofSeconds(60));

  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private final FakeTargetHttp http = new FakeTargetHttp();
  private final VllmActuator actuator = new VllmActuator(http, () -> now);

  @Test
  void argumentsBecomeTheQuery() {
    http.on(
        "POST /pause",
        call -> {
          now = now.plusMillis(840);
          return new HttpAnswer(
              200,
              "application/json",
              "{\"status\":\"paused\"}".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        });
    ActionResult result = actuator.execute(TARGET, PAUSE);
    assertThat(result)
        .isEqualTo(
            new ActionResult(
                "vllm.pause",
                ActionResult.Status.DONE,
                "HTTP 200 {\"status\":\"paused\"}",
                Duration.ofMillis(840)));
    assertThat(http.asked()).containsExactly("POST /pause?clear_cache=false&mode=wait");
    assertThat(http.calls().get(0).deadline()).isEqualTo(Duration.ofSeconds(60));
  }

  @Test
  void aBodyThatSaysNoIsAFailure() {
    http.json("POST /reset_prefix_cache", 200, "{\"success\": false}");
    assertThat(actuator.execute(TARGET, RESET).status()).isEqualTo(ActionResult.Status.FAILED);
  }

  @Test
  void anAnswerThatCouldNotBeReadIsUnknown() {
    http.fail("POST /reset_prefix_cache", ErrorCode.TARGET_ANSWER_TOO_LARGE);
    assertThat(actuator.execute(TARGET, RESET).status()).isEqualTo(ActionResult.Status.UNKNOWN);
  }

  @Test
  void wrongArgumentsAreNeverSent() {
    ActionStep odd = new ActionStep("vllm.pause", Map.of("mode", "w&x=1"), Duration.ofSeconds(1));
    assertThat(actuator.execute(TARGET, odd).status()).isEqualTo(ActionResult.Status.FAILED);
    ActionStep strange = ActionStep.of("vllm.restart", Duration.ofSeconds(1));
    assertThat(actuator.execute(TARGET, strange).status()).isEqualTo(ActionResult.Status.FAILED);
    assertThat(http.calls()).isEmpty();
  }

  @Test
  void aRouteThatIsMissingOrUnknownIsToldInTheDryRun() {
    assertThat(actuator.dryRun(TARGET, new TargetCapabilities("0.32.0", Set.of("GET /x")), PAUSE))
        .hasValueSatisfying(why -> assertThat(why).contains("POST /pause", "DEV_MODE"));
    assertThat(actuator.dryRun(TARGET, TargetCapabilities.unknown(), PAUSE))
        .hasValueSatisfying(why -> assertThat(why).contains("not known"));
  }
}
