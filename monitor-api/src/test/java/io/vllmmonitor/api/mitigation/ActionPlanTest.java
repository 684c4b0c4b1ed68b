package io.vllmmonitor.api.mitigation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ActionPlanTest {
  private static final ActionStep STEP = ActionStep.of("vllm.pause", Duration.ofSeconds(30));

  @Test
  void aPlanWithoutStepsIsRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> plan(List.of(), Duration.ofSeconds(30)));
  }

  @Test
  void aWindowTooShortToMeasureAnythingIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> plan(List.of(STEP), Duration.ofSeconds(4)));
  }

  @Test
  void aStepWithoutADeadlineIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ActionStep.of("vllm.pause", Duration.ZERO));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ActionStep.of("vllm.pause", Duration.ofMinutes(6)));
  }

  @Test
  void anEndlessAnswerOfAServerIsCut() {
    ActionResult result =
        new ActionResult(
            "vllm.pause", ActionResult.Status.DONE, "x".repeat(5_000), Duration.ofMillis(1));

    assertThat(result.detail()).hasSize(1_000);
  }

  private static ActionPlan plan(List<ActionStep> steps, Duration window) {
    return new ActionPlan("summary", steps, List.of(), "nobody", window);
  }
}
