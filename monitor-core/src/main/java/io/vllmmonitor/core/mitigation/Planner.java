package io.vllmmonitor.core.mitigation;

import static io.vllmmonitor.api.error.ErrorCode.MITIGATION_PLAN_INVALID;
import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_CALL_FAILED;
import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.incident.Incident;
import io.vllmmonitor.api.mitigation.ActionPlan;
import io.vllmmonitor.api.mitigation.MitigationStrategy;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.api.target.TargetMode;
import io.vllmmonitor.core.extension.Bound;
import io.vllmmonitor.core.extension.ExtensionSet;
import io.vllmmonitor.core.learning.LearningDesk;
import io.vllmmonitor.core.learning.Preference;
import io.vllmmonitor.core.telemetry.CaughtFailure;
import io.vllmmonitor.core.telemetry.Problems;
import io.vllmmonitor.core.view.RecordingView;
import io.vllmmonitor.core.view.ViewSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Asks the strategies, with everything that code of others can do wrong taken out of it. Confined
 * to the target's thread.
 */
final class Planner {
  private final Target target;
  private final ExtensionSet extensions;
  private final LearningDesk learning;
  private final Problems problems;

  Planner(Target target, ExtensionSet extensions, LearningDesk learning, Problems problems) {
    this.target = target;
    this.extensions = extensions;
    this.learning = learning;
    this.problems = problems;
  }

  private record Candidate(
      Bound<MitigationStrategy> bound, String id, double suitability, RecordingView view) {}

  /**
   * The best strategy for an incident: the highest {@link Choice#rank}, the first by id among
   * equals.
   *
   * @param usedUp strategies that could not be carried out again; chosen only when nothing else
   *     fits
   */
  Optional<Choice> choose(
      Incident incident, ViewSource windows, TargetSnapshot now, Predicate<String> usedUp) {
    List<Candidate> candidates = new ArrayList<>();
    for (Bound<MitigationStrategy> bound : extensions.strategies()) {
      // Advice has no effect, so a strategy in shadow may give it.
      if (!bound.shadow() || target.mode() != TargetMode.ACT) {
        Candidate candidate = ask(bound, incident, windows.view(now.at(), false), now);
        if (candidate != null) {
          candidates.add(candidate);
        }
      }
    }
    if (candidates.isEmpty()) {
      return Optional.empty();
    }
    Map<String, Preference> preferences =
        learning.rank(
            LearningDesk.situation(incident.kind(), now.state()),
            candidates.stream().map(Candidate::id).distinct().toList());
    return candidates.stream()
        .map(
            candidate ->
                new Choice(
                    candidate.bound(),
                    candidate.id(),
                    candidate.suitability(),
                    requireNonNull(preferences.get(candidate.id())),
                    candidate.view()))
        .min(
            Comparator.comparing((Choice choice) -> usedUp.test(choice.id()))
                .thenComparing(Comparator.comparingDouble(Choice::rank).reversed())
                .thenComparing(Choice::id));
  }

  /** The plan of the chosen strategy; empty, and a problem, when it has none. */
  Optional<ActionPlan> plan(Choice choice, Incident incident) {
    try {
      ActionPlan plan =
          requireNonNull(
              choice.bound().extension().plan(incident, choice.view()),
              "the strategy answered null instead of a plan");
      return Optional.of(plan);
    } catch (Throwable thrown) {
      CaughtFailure failure = CaughtFailure.of(thrown, MITIGATION_PLAN_INVALID);
      problems.note(failure.code(), failure.blame(), subject(choice.id()), failure.message());
      return Optional.empty();
    }
  }

  private @Nullable Candidate ask(
      Bound<MitigationStrategy> bound, Incident incident, RecordingView view, TargetSnapshot now) {
    String id = bound.unit();
    try {
      MitigationStrategy strategy = bound.extension();
      id = requireNonNull(strategy.id(), "id");
      double suitability = strategy.suitability(incident, view, now.capabilities());
      if (suitability >= 0 && suitability <= 1) {
        return suitability > 0 ? new Candidate(bound, id, suitability, view) : null;
      }
      problems.note(
          PLUGIN_CALL_FAILED,
          Blame.PLUGIN,
          subject(id),
          "A suitability is 0 to 1, found " + suitability + "; the strategy is left out");
    } catch (Throwable thrown) {
      CaughtFailure failure = CaughtFailure.of(thrown, PLUGIN_CALL_FAILED);
      problems.note(failure.code(), failure.blame(), subject(id), failure.message());
    }
    return null;
  }

  private String subject(String strategy) {
    return "strategy " + strategy + " on " + target.id();
  }
}
