package io.vllmmonitor.core.rehearsal;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.guardrail.GuardrailFiring;
import io.vllmmonitor.api.history.AuditAction;
import io.vllmmonitor.api.history.History;
import io.vllmmonitor.api.history.HistoryQuery;
import io.vllmmonitor.api.history.Problem;
import io.vllmmonitor.core.audit.AuditLog;
import io.vllmmonitor.core.audit.Deed;
import io.vllmmonitor.core.guardrail.GuardrailStatus;
import io.vllmmonitor.core.history.Pages;
import io.vllmmonitor.core.plugin.GuardrailPromotion;
import io.vllmmonitor.core.plugin.PluginSummary;
import io.vllmmonitor.core.plugin.Stage;
import io.vllmmonitor.core.telemetry.Problems;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Promotes what has run in shadow for long enough, where {@code rehearsal.promote_after} asks for
 * it: without a failure in that time, and without firing for more of it than {@code
 * rehearsal.max_firing_ratio}. Call {@link #round} about every minute from one thread.
 */
public final class AutoPromotion {
  private final RehearsalPolicy policy;
  private final GuardrailPromotion promotion;
  private final Supplier<List<GuardrailStatus>> guardrails;
  private final History history;
  private final Problems problems;
  private final AuditLog audit;
  private final InstantSource clock;

  /**
   * @param guardrails those that run
   */
  public AutoPromotion(
      RehearsalPolicy policy,
      GuardrailPromotion promotion,
      Supplier<List<GuardrailStatus>> guardrails,
      History history,
      Problems problems,
      AuditLog audit,
      InstantSource clock) {
    this.policy = requireNonNull(policy, "policy");
    this.promotion = requireNonNull(promotion, "promotion");
    this.guardrails = requireNonNull(guardrails, "guardrails");
    this.history = requireNonNull(history, "history");
    this.problems = requireNonNull(problems, "problems");
    this.audit = requireNonNull(audit, "audit");
    this.clock = requireNonNull(clock, "clock");
  }

  /** Promotes what is due. Blocks on the disk. */
  public void round() {
    if (policy.promoteAfter().isZero()) {
      return;
    }
    Map<String, List<GuardrailStatus>> units = new TreeMap<>();
    for (GuardrailStatus status : guardrails.get()) {
      units.computeIfAbsent(status.unit(), unit -> new ArrayList<>()).add(status);
    }
    units.forEach(this::consider);
  }

  private void consider(String unit, List<GuardrailStatus> statuses) {
    boolean inShadow = statuses.stream().anyMatch(GuardrailStatus::shadow);
    Instant now = clock.instant();
    Instant since = now.minus(policy.promoteAfter());
    if (!inShadow || !runsSince(unit, statuses.get(0).codeHash(), since) || failed(statuses)) {
      return;
    }
    for (GuardrailStatus status : statuses) {
      if (firingRatio(status, since, now) > policy.maxFiringRatio()) {
        return;
      }
    }
    PluginSummary unused =
        audit.around(
            new Deed(Deed.MONITOR, AuditAction.GUARDRAIL_PROMOTE, unit),
            () ->
                promotion.promote(
                    unit, Stage.ACT, "promoted after " + policy.promoteAfter() + " in shadow"),
            plugin -> Map.of("stage", Stage.ACT.name()));
  }

  private boolean runsSince(String unit, String codeHash, Instant since) {
    return history.generations(unit).stream()
        .filter(generation -> generation.codeHash().equals(codeHash))
        .map(CodeGeneration::at)
        .findFirst()
        .filter(at -> !at.isAfter(since))
        .isPresent();
  }

  /** Whether a guardrail of the unit cannot judge just now or cannot be judged at all. */
  private boolean failed(List<GuardrailStatus> statuses) {
    for (GuardrailStatus status : statuses) {
      String subject = "guardrail " + status.guardrail() + " on " + status.target();
      for (Problem problem : problems.open()) {
        boolean about =
            problem.subject().equals(subject) || problem.subject().equals(status.unit());
        if (about && problem.code() != ErrorCode.REHEARSAL_FIRES_OFTEN) {
          return true;
        }
      }
      if (status.evaluations() == 0) {
        return true;
      }
    }
    return false;
  }

  private double firingRatio(GuardrailStatus status, Instant since, Instant now) {
    Duration firing = Duration.ZERO;
    HistoryQuery query =
        HistoryQuery.newestOf(status.target()).between(since.minus(policy.promoteAfter()), null);
    for (GuardrailFiring one :
        Pages.all(query, page -> history.firings(page, status.guardrail(), null))) {
      Instant end = one.clearedAt() == null ? now : one.clearedAt();
      Instant begin = one.firedAt().isBefore(since) ? since : one.firedAt();
      if (one.codeHash().equals(status.codeHash()) && end.isAfter(begin)) {
        firing = firing.plus(Duration.between(begin, end));
      }
    }
    return (double) firing.toMillis() / Math.max(1, policy.promoteAfter().toMillis());
  }
}
