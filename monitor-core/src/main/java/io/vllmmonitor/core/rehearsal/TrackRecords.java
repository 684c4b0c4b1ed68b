package io.vllmmonitor.core.rehearsal;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.guardrail.GuardrailFiring;
import io.vllmmonitor.api.history.History;
import io.vllmmonitor.api.history.HistoryQuery;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.core.guardrail.GuardrailStatus;
import io.vllmmonitor.core.history.Pages;
import io.vllmmonitor.core.rehearsal.RealIncidents.RealIncident;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * Compares what guardrails fired for with the real incidents of the history, when somebody asks;
 * the answer is kept for a while. Thread-safe; blocks on the disk.
 */
public final class TrackRecords {
  private static final Duration REACH = Duration.ofDays(30);
  private static final Duration FRESH = Duration.ofSeconds(30);

  private final History history;
  private final Supplier<List<GuardrailStatus>> guardrails;
  private final InstantSource clock;
  private Instant computedAt = Instant.MIN;
  private Map<Rule, TrackRecord> known = Map.of();

  /** A guardrail with the code that it runs. */
  public record Rule(String guardrail, String codeHash) {}

  /**
   * @param guardrails those that run
   */
  public TrackRecords(
      History history, Supplier<List<GuardrailStatus>> guardrails, InstantSource clock) {
    this.history = requireNonNull(history, "history");
    this.guardrails = requireNonNull(guardrails, "guardrails");
    this.clock = requireNonNull(clock, "clock");
  }

  /** One record per guardrail that runs; at most 30 s old. */
  public synchronized Map<Rule, TrackRecord> all() {
    Instant now = clock.instant();
    if (now.isBefore(computedAt) || now.isAfter(computedAt.plus(FRESH))) {
      known = compute(now);
      computedAt = now;
    }
    return known;
  }

  private Map<Rule, TrackRecord> compute(Instant now) {
    Map<Rule, List<GuardrailStatus>> rules = new HashMap<>();
    for (GuardrailStatus status : guardrails.get()) {
      rules
          .computeIfAbsent(
              new Rule(status.guardrail(), status.codeHash()), rule -> new ArrayList<>())
          .add(status);
    }
    if (rules.isEmpty()) {
      return Map.of();
    }
    Instant from = now.minus(REACH);
    RealIncidents incidents = RealIncidents.read(history, null, from, now.plusMillis(1));
    Map<Rule, List<GuardrailFiring>> firings = new HashMap<>();
    HistoryQuery query = HistoryQuery.newest().between(from, now.plusMillis(1));
    for (GuardrailFiring firing : Pages.all(query, page -> history.firings(page, null, null))) {
      firings
          .computeIfAbsent(
              new Rule(firing.guardrail(), firing.codeHash()), rule -> new ArrayList<>())
          .add(firing);
    }
    Map<Rule, TrackRecord> records = new HashMap<>();
    rules.forEach(
        (rule, statuses) ->
            records.put(
                rule,
                record(rule, statuses, firings.getOrDefault(rule, List.of()), incidents, from)));
    return Map.copyOf(records);
  }

  private TrackRecord record(
      Rule rule,
      List<GuardrailStatus> statuses,
      List<GuardrailFiring> firings,
      RealIncidents incidents,
      Instant from) {
    GuardrailStatus any = statuses.get(0);
    Instant since = since(any.unit(), rule.codeHash(), from);
    List<FiringSpan> spans =
        firings.stream()
            .filter(firing -> !firing.firedAt().isBefore(since))
            .map(firing -> new FiringSpan(firing.target(), firing.firedAt(), firing.clearedAt()))
            .toList();
    List<RealIncident> real = new ArrayList<>();
    TreeSet<TargetId> targets = new TreeSet<>();
    statuses.forEach(status -> targets.add(status.target()));
    for (TargetId target : targets) {
      incidents.of(any.spec().kind(), target, since).stream()
          .filter(incident -> !incident.incident().openedAt().isBefore(since))
          .forEach(real::add);
    }
    return TrackRecord.of(since, spans.size(), Score.of(rule.guardrail(), spans, real));
  }

  private Instant since(String unit, String codeHash, Instant from) {
    return history.generations(unit).stream()
        .filter(generation -> generation.codeHash().equals(codeHash))
        .map(CodeGeneration::at)
        .filter(at -> at.isAfter(from))
        .findFirst()
        .orElse(from);
  }
}
