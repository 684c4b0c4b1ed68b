package io.vllmmonitor.api.mitigation;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;

/**
 * What a strategy proposes, as data: it can be shown, refused, dry-run, stored and replayed.
 * Immutable.
 *
 * @param summary one sentence for the operator
 * @param steps in order; the first failure ends the plan and starts the rollback
 * @param rollback undoes the steps; run in order when a step fails or its deadline passes; must be
 *     safe to run when nothing had been done; empty when nothing can be undone
 * @param blastRadius who feels it and how, one sentence
 * @param verificationWindow how long after the last step the effect is measured; 5 s to 1 h
 */
public record ActionPlan(
    String summary,
    List<ActionStep> steps,
    List<ActionStep> rollback,
    String blastRadius,
    Duration verificationWindow) {
  private static final Duration SHORTEST = Duration.ofSeconds(5);
  private static final Duration LONGEST = Duration.ofHours(1);
  private static final int MOST_STEPS = 20;

  public ActionPlan {
    requireNonNull(summary, "summary");
    steps = List.copyOf(steps);
    rollback = List.copyOf(rollback);
    requireNonNull(blastRadius, "blastRadius");
    requireNonNull(verificationWindow, "verificationWindow");
    if (steps.isEmpty() || steps.size() > MOST_STEPS || rollback.size() > MOST_STEPS) {
      throw new IllegalArgumentException(
          "A plan has 1 to " + MOST_STEPS + " steps and at most as many to undo them");
    }
    if (verificationWindow.compareTo(SHORTEST) < 0 || verificationWindow.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "A plan's verification window is 5 s to 1 h, found " + verificationWindow);
    }
  }
}
