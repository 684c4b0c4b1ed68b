package io.vllmmonitor.core.outcome;

import io.vllmmonitor.api.outcome.HappyPath;
import io.vllmmonitor.api.outcome.MetricProfile;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Adds one more success to a happy path. Stateless. */
final class PathCounts {
  private static final int MOST_INCIDENTS = 100;

  private PathCounts() {}

  /**
   * @param latest of one incident, under the id and the name of the one before
   */
  static HappyPath together(HappyPath before, HappyPath latest) {
    return new HappyPath(
        latest.id(),
        latest.name(),
        latest.description(),
        latest.target(),
        latest.startState(),
        latest.endState(),
        latest.strategies(),
        latest.steps(),
        latest.checkpoints(),
        latest.attempts(),
        newest(before.incidents(), latest.incidents()),
        latest.guardrails(),
        profiles(before.metricsProfile(), latest.metricsProfile()),
        average(before, latest),
        before.successCount() + latest.successCount(),
        before.failureCount() + latest.failureCount(),
        later(before.lastSuccess(), latest.lastSuccess()),
        latest.savedAt());
  }

  private static List<String> newest(List<String> before, List<String> latest) {
    List<String> all = new ArrayList<>(before);
    all.addAll(latest);
    return all.subList(Math.max(0, all.size() - MOST_INCIDENTS), all.size());
  }

  private static Map<String, MetricProfile> profiles(
      Map<String, MetricProfile> before, Map<String, MetricProfile> latest) {
    Map<String, MetricProfile> all = new TreeMap<>(before);
    latest.forEach((name, profile) -> all.merge(name, profile, MetricProfile::with));
    return all;
  }

  private static Duration average(HappyPath before, HappyPath latest) {
    long count = before.successCount() + latest.successCount();
    if (before.successCount() == 0) {
      return latest.duration();
    }
    Duration difference = latest.duration().minus(before.duration());
    return before.duration().plusMillis(difference.toMillis() * latest.successCount() / count);
  }

  private static @Nullable Instant later(@Nullable Instant one, @Nullable Instant other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return one.isAfter(other) ? one : other;
  }
}
