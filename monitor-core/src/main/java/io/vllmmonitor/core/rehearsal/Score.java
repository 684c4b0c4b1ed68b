package io.vllmmonitor.core.rehearsal;

import io.vllmmonitor.core.rehearsal.RealIncidents.RealIncident;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How firings did against real incidents of their kind. Immutable.
 *
 * @param right firings that told of a real incident
 * @param wrong firings that are over and told of none
 * @param undecided firings that last and told of none so far
 * @param caught incidents that a firing told of
 * @param early incidents that a firing told of before there was other evidence
 * @param medianLead of those caught, from the first firing to the first other evidence; negative
 *     when the firing came later; null when none was caught
 */
record Score(
    int right,
    int wrong,
    int undecided,
    int incidents,
    int caught,
    int early,
    @Nullable Duration medianLead) {
  static Score of(String guardrail, List<FiringSpan> firings, List<RealIncident> incidents) {
    int right = 0;
    int undecided = 0;
    for (FiringSpan firing : firings) {
      if (incidents.stream().anyMatch(incident -> incident.isToldBy(firing))) {
        right++;
      } else if (firing.to() == null) {
        undecided++;
      }
    }
    List<Duration> leads = new ArrayList<>();
    for (RealIncident incident : incidents) {
      firings.stream()
          .filter(incident::isToldBy)
          .map(FiringSpan::from)
          .min(Comparator.naturalOrder())
          .ifPresent(
              from -> leads.add(Duration.between(from, incident.evidenceBesides(guardrail))));
    }
    Collections.sort(leads);
    int early = (int) leads.stream().filter(lead -> lead.compareTo(Duration.ZERO) > 0).count();
    return new Score(
        right,
        firings.size() - right - undecided,
        undecided,
        incidents.size(),
        leads.size(),
        early,
        leads.isEmpty() ? null : median(leads));
  }

  private static Duration median(List<Duration> sorted) {
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : sorted.get(middle - 1).plus(sorted.get(middle)).dividedBy(2);
  }
}
