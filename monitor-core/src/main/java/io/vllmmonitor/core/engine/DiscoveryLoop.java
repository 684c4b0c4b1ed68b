package io.vllmmonitor.core.engine;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.source.CollectScope;
import io.vllmmonitor.api.source.MetricsSource;
import io.vllmmonitor.api.source.TargetDiscovery;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.api.target.TargetMode;
import io.vllmmonitor.core.extension.Bound;
import io.vllmmonitor.core.extension.ExtensionCatalog;
import io.vllmmonitor.core.telemetry.CaughtFailure;
import io.vllmmonitor.core.telemetry.Problems;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Looks for servers on this machine while none is configured. Each {@link #look} asks the
 * discoveries for candidates and confirms them with a source's probe; what is confirmed is answered
 * once. Nothing found is a problem that says so, and the next look tries again. Confined to the
 * thread that looks.
 */
public final class DiscoveryLoop {
  private static final String SUBJECT = "discovery";
  private static final Duration SCRAPE_INTERVAL = Duration.ofSeconds(5);
  private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(3);
  private static final int MOST_CANDIDATES = 32;

  private final ExtensionCatalog extensions;
  private final Problems problems;
  private final InstantSource clock;
  private final LongSupplier nanos;
  private final Set<URI> confirmed = new HashSet<>();

  /**
   * @param nanos a ticker that never goes back; measures probes
   */
  public DiscoveryLoop(
      ExtensionCatalog extensions, Problems problems, InstantSource clock, LongSupplier nanos) {
    this.extensions = requireNonNull(extensions, "extensions");
    this.problems = requireNonNull(problems, "problems");
    this.clock = requireNonNull(clock, "clock");
    this.nanos = requireNonNull(nanos, "nanos");
  }

  /** Takes these targets as found already. */
  public void skip(List<Target> targets) {
    targets.forEach(target -> confirmed.add(target.url()));
  }

  /** One round; the targets that were found in it, in mode advise. */
  public List<Target> look() {
    List<Target> found = new ArrayList<>();
    StringBuilder seen = new StringBuilder();
    for (URI candidate : candidates()) {
      if (confirmed.contains(candidate)) {
        continue;
      }
      Target target = Target.of(candidate, TargetMode.ADVISE, SCRAPE_INTERVAL);
      try {
        if (probe(target)) {
          confirmed.add(candidate);
          found.add(target);
        }
      } catch (MonitorException e) {
        seen.append("; ").append(candidate).append(": ").append(e.getMessage());
      }
    }
    if (confirmed.isEmpty()) {
      problems.note(
          ErrorCode.TARGET_NOT_FOUND,
          Blame.OPERATOR,
          SUBJECT,
          "No vLLM server was found on this machine; looking on. Name one: vllm-monitor up host:8000"
              + seen);
    } else {
      problems.clear(SUBJECT);
    }
    return found;
  }

  private Set<URI> candidates() {
    Set<URI> candidates = new LinkedHashSet<>();
    for (Bound<TargetDiscovery> discovery : extensions.discoveries()) {
      try {
        for (URI candidate : discovery.extension().candidates()) {
          if (candidates.size() < MOST_CANDIDATES) {
            candidates.add(candidate);
          }
        }
      } catch (Throwable thrown) { // whatever code of others throws must not stop the search
        CaughtFailure failure = CaughtFailure.of(thrown, ErrorCode.PLUGIN_CALL_FAILED);
        problems.note(
            failure.code(),
            failure.blame(),
            SUBJECT + " of " + discovery.unit(),
            failure.message());
      }
    }
    return candidates;
  }

  /** Whether some source can watch it. */
  private boolean probe(Target target) {
    MonitorException last = null;
    for (Bound<MetricsSource> source : extensions.forTarget(target).sources()) {
      try {
        source.extension().probe(target, new ProbeScope(clock.instant(), nanos, nanos.getAsLong()));
        return true;
      } catch (Throwable thrown) { // whatever code of others throws must not stop the search
        CaughtFailure failure = CaughtFailure.of(thrown, ErrorCode.PLUGIN_CALL_FAILED);
        last = new MonitorException(failure.code(), failure.blame(), failure.message());
      }
    }
    if (last != null) {
      throw last;
    }
    return false;
  }

  private record ProbeScope(Instant at, LongSupplier nanos, long startNanos)
      implements CollectScope {
    @Override
    public Duration remaining() {
      Duration left = PROBE_TIMEOUT.minusNanos(nanos.getAsLong() - startNanos);
      return left.isNegative() ? Duration.ZERO : left;
    }
  }
}
