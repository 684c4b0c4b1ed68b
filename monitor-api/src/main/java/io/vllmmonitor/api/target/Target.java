package io.vllmmonitor.api.target;

import static io.vllmmonitor.api.error.ErrorCode.CONFIG_INVALID_VALUE;
import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.config.SecretReference;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One server to watch. Immutable.
 *
 * @param url the base URL without a trailing slash; {@code /metrics}, {@code /health} and so on are
 *     below it
 * @param scrapeInterval from the start of one scrape to the start of the next; at least 10 ms
 * @param bearerToken sent with every request where not null
 * @param caFile a PEM file with the authorities to trust for https; null means those of the JVM
 */
public record Target(
    TargetId id,
    URI url,
    TargetMode mode,
    Duration scrapeInterval,
    @Nullable SecretReference bearerToken,
    @Nullable Path caFile) {
  private static final Duration SHORTEST_INTERVAL = Duration.ofMillis(10);

  public Target {
    requireNonNull(id, "id");
    requireNonNull(url, "url");
    requireNonNull(mode, "mode");
    requireNonNull(scrapeInterval, "scrapeInterval");
    if (scrapeInterval.compareTo(SHORTEST_INTERVAL) < 0) {
      throw new MonitorException(
          CONFIG_INVALID_VALUE,
          Blame.OPERATOR,
          "Target "
              + id
              + " has a scrape_interval of "
              + scrapeInterval.toMillis()
              + " ms; the least is 10 ms");
    }
  }

  /** A target at this URL without a token or an own authority. */
  public static Target of(URI url, TargetMode mode, Duration scrapeInterval) {
    return new Target(TargetId.of(url), url, mode, scrapeInterval, null, null);
  }

  /**
   * The time a scrape may take: 80 % of the interval, at most 10 s; 1 s where the interval is
   * shorter than that (the ticks missed meanwhile are skipped).
   */
  public Duration scrapeTimeout() {
    if (scrapeInterval.compareTo(Duration.ofSeconds(1)) < 0) {
      return Duration.ofSeconds(1);
    }
    Duration most = Duration.ofSeconds(10);
    Duration share = scrapeInterval.multipliedBy(4).dividedBy(5);
    return share.compareTo(most) < 0 ? share : most;
  }

  /** The URL of a path below the base; {@code path} begins with a slash. */
  public URI resolve(String path) {
    return URI.create(url + path);
  }
}
