package io.vllmmonitor.core.rehearsal;

import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.rehearsal.RehearsedExtension;
import io.vllmmonitor.api.rehearsal.RehearsedExtension.Interval;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.core.telemetry.CaughtFailure;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Counts what one extension does on one target during a rehearsal. Confined to one thread. */
final class ExtensionTally {
  private static final int MOST_FIRINGS = 20_000;

  private final String extension;
  private final String kind;
  private final TargetId target;
  private final Map<String, Long> verdicts = new TreeMap<>();
  private final List<FiringSpan> spans = new ArrayList<>();
  private final CallTimes times = new CallTimes();
  private long ticks;
  private long firingTicks;
  private long firings;
  private long failures;
  private @Nullable String firstFailure;
  private @Nullable Instant since;

  ExtensionTally(String extension, String kind, TargetId target) {
    this.extension = extension;
    this.kind = kind;
    this.target = target;
  }

  /** One tick with its answer. */
  void seen(String verdict, boolean firing, long nanos, @Nullable CaughtFailure failure) {
    ticks++;
    verdicts.merge(verdict, 1L, Long::sum);
    times.add(nanos);
    if (firing) {
      firingTicks++;
    }
    if (failure != null) {
      failures++;
      if (firstFailure == null) {
        firstFailure = failure.code().label() + " " + failure.message();
      }
    }
  }

  /** Whether it has failed so often, and never done anything else, that more of it says nothing. */
  boolean isHopeless() {
    return failures == ticks && ticks >= RehearsalDesk.LEAST_TICKS;
  }

  void began(Instant at) {
    since = at;
    firings++;
  }

  void cleared(Instant at) {
    Instant from = since;
    if (from != null) {
      keep(new FiringSpan(target, from, at));
      since = null;
    }
  }

  private void keep(FiringSpan span) {
    if (spans.size() < MOST_FIRINGS) {
      spans.add(span);
    }
  }

  /** The receipt, with firings compared to the incidents of their kind. */
  RehearsedExtension result(
      @Nullable FailureKind failureKind, RealIncidents incidents, Instant from) {
    Instant lasting = since;
    if (lasting != null) {
      keep(new FiringSpan(target, lasting, null));
      since = null;
    }
    Score score = Score.of(extension, spans, incidents.of(failureKind, target, from));
    return new RehearsedExtension(
        extension,
        kind,
        target,
        failureKind,
        ticks,
        verdicts,
        firings,
        ticks == 0 ? 0 : (double) firingTicks / ticks,
        spans.stream()
            .limit(RehearsedExtension.MOST_INTERVALS)
            .map(span -> new Interval(span.from(), span.to()))
            .toList(),
        score.incidents(),
        score.caught(),
        score.early(),
        score.medianLead(),
        times.perSecond(),
        times.mean(),
        times.p99(),
        failures,
        firstFailure);
  }
}
