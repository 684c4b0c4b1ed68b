package io.vllmmonitor.core.testing;

import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.lifecycle.LifecycleState;
import io.vllmmonitor.api.mitigation.ActionPlan;
import io.vllmmonitor.api.mitigation.ActionStep;
import io.vllmmonitor.api.mitigation.AttemptStatus;
import io.vllmmonitor.api.mitigation.MitigationAttempt;
import io.vllmmonitor.api.target.TargetId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Attempts that a test needs ready-made. */
public final class Attempts {
  private Attempts() {}

  /** One whose every step was done at this instant. */
  public static MitigationAttempt done(TargetId target, Instant at) {
    return of("a1", target, AttemptStatus.SUCCEEDED, at, at);
  }

  /** One of this status. */
  public static MitigationAttempt of(
      String id,
      TargetId target,
      AttemptStatus status,
      Instant plannedAt,
      @Nullable Instant dispatchedAt) {
    return new MitigationAttempt(
        id,
        target,
        "i1",
        FailureKind.REQUEST_BACKLOG,
        "pause-and-drain",
        "hash",
        null,
        "situation",
        status,
        new ActionPlan(
            "do it",
            List.of(new ActionStep("vllm.pause", Map.of(), Duration.ofSeconds(9))),
            List.of(),
            "all wait",
            Duration.ofMinutes(1)),
        List.of(),
        plannedAt,
        dispatchedAt,
        dispatchedAt,
        null,
        null,
        null,
        "",
        List.of(),
        List.of(),
        LifecycleState.SERVING,
        null,
        Map.of(),
        Map.of(),
        0.5);
  }
}
