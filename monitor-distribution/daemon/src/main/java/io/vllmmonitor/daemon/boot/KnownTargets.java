package io.vllmmonitor.daemon.boot;

import static java.util.Objects.requireNonNull;

import com.google.inject.Inject;
import io.vllmmonitor.api.history.History;
import io.vllmmonitor.api.history.HistoryQuery;
import io.vllmmonitor.api.history.Page;
import io.vllmmonitor.api.lifecycle.StateCheckpoint;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.api.target.TargetMode;
import io.vllmmonitor.core.config.TargetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The servers that were found before: where no target is configured, a server that was watched
 * within the last day is watched again at once, also when it is down just now.
 */
final class KnownTargets {
  private static final Duration RECENT = Duration.ofDays(1);
  private static final Duration SCRAPE_INTERVAL = Duration.ofSeconds(5);
  private static final int MOST = 32;

  private final History history;

  @Inject
  KnownTargets(History history) {
    this.history = requireNonNull(history, "history");
  }

  List<Target> targets(Instant now) {
    TreeSet<TargetId> seen = new TreeSet<>();
    HistoryQuery query =
        HistoryQuery.newest().between(now.minus(RECENT), null).withLimit(HistoryQuery.MOST);
    @Nullable String next = null;
    do {
      Page<StateCheckpoint> page = history.checkpoints(query.after(next), null);
      page.items().forEach(checkpoint -> seen.add(checkpoint.target()));
      next = page.next();
    } while (next != null && seen.size() < MOST);
    return seen.stream()
        .limit(MOST)
        .map(
            id -> Target.of(TargetAddress.parse(id.instance()), TargetMode.ADVISE, SCRAPE_INTERVAL))
        .toList();
  }
}
