package io.vllmmonitor.core.guardrail;

import io.vllmmonitor.api.guardrail.FiringStatus;
import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.api.guardrail.GuardrailFiring;
import io.vllmmonitor.api.guardrail.GuardrailSpec;
import io.vllmmonitor.api.guardrail.Severity;
import io.vllmmonitor.api.guardrail.Verdict;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.core.extension.Bound;
import io.vllmmonitor.core.extension.UnitConfiguration;
import io.vllmmonitor.core.guardrail.GuardrailStatus.Standing;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What is remembered of one guardrail between two ticks, across swaps of its code. It decides; the
 * runner stores the decision and then tells it with {@link #apply}. Confined to the target's
 * thread.
 */
final class Watch {
  /** How long a reason may be in the history. */
  private static final int LONGEST_REASON = 1_000;

  private final String id;
  private final TargetId target;
  private final HoldDown breach = new HoldDown();
  private final HoldDown pass = new HoldDown();
  private Bound<Guardrail> bound;
  private GuardrailSpec spec;
  private @Nullable GuardrailFiring firing;
  private Standing standing = Standing.UNKNOWN;
  private String reason = "not evaluated yet";
  private long evaluations;
  private @Nullable Instant lastEvaluatedAt;
  private boolean breachedNow;
  private Map<String, Double> evidence = Map.of();

  Watch(String id, TargetId target, Bound<Guardrail> bound, GuardrailSpec spec) {
    this.id = id;
    this.target = target;
    this.bound = bound;
    this.spec = spec;
  }

  /** Takes the instance of this tick; true when it is another one, whose specification counts. */
  boolean isFor(Bound<Guardrail> present) {
    boolean same = bound.extension() == present.extension();
    if (same) {
      bound = present;
    }
    return same;
  }

  /** New code under the same id: what was pending or firing goes on. */
  void swap(Bound<Guardrail> present, GuardrailSpec newSpec) {
    bound = present;
    spec = newSpec;
    evaluations = 0;
  }

  Guardrail guardrail() {
    return bound.extension();
  }

  String id() {
    return id;
  }

  String unit() {
    return bound.unit();
  }

  String codeHash() {
    return bound.codeHash();
  }

  /** What its unit was configured with when this instance was made. */
  UnitConfiguration configuration() {
    return bound.configuration();
  }

  /** Whether what it leads to is advised only. */
  boolean adviseOnly() {
    return bound.adviseOnly();
  }

  /** How often this instance was asked. */
  long evaluations() {
    return evaluations;
  }

  boolean firing() {
    return firing != null;
  }

  HoldDown breachHold() {
    return breach;
  }

  HoldDown passHold() {
    return pass;
  }

  /** Whether the newest verdict was a breach that counts for an incident. */
  boolean breachesInEffect() {
    return breachedNow && firing != null && !firing.shadow();
  }

  /** What it read in the newest view. */
  Map<String, Double> evidence() {
    return evidence;
  }

  GuardrailSpec spec() {
    return spec;
  }

  void resume(GuardrailFiring stored) {
    firing = stored;
    standing = Standing.FIRING;
    reason = stored.reason();
  }

  /** Takes a verdict in and answers what should begin or clear. */
  List<FiringChange> judge(
      Judgement judgement, Instant at, Duration longestGap, Supplier<String> ids) {
    evaluations++;
    lastEvaluatedAt = at;
    evidence = judgement.evidence();
    breachedNow = judgement.verdict() instanceof Verdict.Breach;
    return judgement
        .verdict()
        .match(
            passed -> passed(at, longestGap),
            breached -> breached(breached, judgement, at, longestGap, ids),
            unknown -> unknown(unknown, at));
  }

  private List<FiringChange> passed(Instant at, Duration longestGap) {
    breach.reset();
    pass.seen(at, longestGap);
    standing = firing == null ? Standing.PASS : Standing.FIRING;
    reason = "";
    if (firing != null && pass.reached(spec.keepFiringFor())) {
      String why = "Passed for " + spec.keepFiringFor().toSeconds() + " s";
      return List.of(new FiringChange(firing.cleared(at), why));
    }
    return List.of();
  }

  private List<FiringChange> breached(
      Verdict.Breach verdict,
      Judgement judgement,
      Instant at,
      Duration longestGap,
      Supplier<String> ids) {
    pass.reset();
    breach.seen(at, longestGap);
    reason = verdict.reason();
    List<FiringChange> changes = new ArrayList<>(reissue(at));
    boolean lasts = firing != null && changes.isEmpty();
    standing = lasts ? Standing.FIRING : Standing.PENDING;
    if (!lasts && breach.reached(spec.breachFor())) {
      changes.add(new FiringChange(begun(verdict, judgement, at, ids.get()), verdict.reason()));
    }
    return changes;
  }

  private List<FiringChange> unknown(Verdict.Unknown verdict, Instant at) {
    // Neither answer was given, so neither hold-down goes on; what fires stays firing.
    breach.reset();
    pass.reset();
    standing = firing == null ? Standing.UNKNOWN : Standing.FIRING;
    reason = "unknown: " + verdict.missing();
    return reissue(at);
  }

  /** A firing whose effect or kind is no longer what the code says is closed. */
  private List<FiringChange> reissue(Instant at) {
    GuardrailFiring lasting = firing;
    if (lasting == null || (lasting.shadow() == bound.shadow() && lasting.kind() == spec.kind())) {
      return List.of();
    }
    String why = bound.shadow() ? "The guardrail is in shadow now" : "The guardrail was changed";
    return List.of(cleared(lasting, at, why));
  }

  /** The firing of a guardrail that is gone. */
  static FiringChange cleared(GuardrailFiring firing, Instant at, String why) {
    String reason = firing.reason() + " [cleared: " + why + "]";
    return new FiringChange(
        new GuardrailFiring(
            firing.id(),
            firing.target(),
            firing.guardrail(),
            firing.codeHash(),
            FiringStatus.CLEARED,
            firing.severity(),
            firing.kind(),
            firing.shadow(),
            firing.breachSince(),
            firing.firedAt(),
            at,
            reason.length() > LONGEST_REASON ? reason.substring(0, LONGEST_REASON) : reason,
            firing.evidence()),
        why);
  }

  @Nullable GuardrailFiring lastingFiring() {
    return firing;
  }

  private GuardrailFiring begun(
      Verdict.Breach verdict, Judgement judgement, Instant at, String firingId) {
    Severity severity = verdict.severity() == null ? spec.severity() : verdict.severity();
    return new GuardrailFiring(
        firingId,
        target,
        id,
        bound.codeHash(),
        FiringStatus.FIRING,
        severity,
        spec.kind(),
        bound.shadow(),
        Objects.requireNonNullElse(breach.since(), at),
        at,
        null,
        verdict.reason(),
        judgement.evidence());
  }

  /** A change of this guardrail is stored and takes effect. */
  void apply(FiringChange change) {
    if (change.began()) {
      firing = change.firing();
      standing = Standing.FIRING;
    } else {
      firing = null;
      standing = breach.running() ? Standing.PENDING : pass.running() ? Standing.PASS : standing;
      if (standing == Standing.FIRING) {
        standing = Standing.UNKNOWN;
      }
    }
  }

  GuardrailStatus status() {
    return new GuardrailStatus(
        id,
        bound.unit(),
        bound.codeHash(),
        bound.shadow(),
        spec,
        target,
        standing,
        reason,
        evaluations,
        lastEvaluatedAt);
  }
}
