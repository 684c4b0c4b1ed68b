package io.vllmmonitor.acceptance.prove;

import static io.vllmmonitor.acceptance.hostile.SteadyPlugins.EXTENSION;
import static io.vllmmonitor.acceptance.hostile.SteadyPlugins.JAR;
import static io.vllmmonitor.acceptance.hostile.SteadyPlugins.LISTENER;
import static io.vllmmonitor.acceptance.hostile.SteadyPlugins.SOURCE;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The healthy plugins beside the hostile ones: whether each was called for every scrape since a
 * first look, by its own count and by the daemon's, and whether the listener heard of every
 * checkpoint. Confined to one thread.
 */
final class Neighbours {
  static final List<String> ALL = List.of(JAR, SOURCE, EXTENSION, LISTENER);

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** A daemon that scrapes every second has a scrape that is no older. */
  private static final Duration LATEST = Duration.ofSeconds(5);

  private static final Pattern CALLS = Pattern.compile("calls (\\d+)(?: transitions (\\d+))?");

  private final Rest rest;
  private final String instance;
  private final Map<String, Look> first = new HashMap<>();
  private int firstCheckpoints;

  /** What one of them says at the time of a scrape. */
  private record Look(Instant at, long evaluations, long calls, long transitions) {}

  /**
   * @param missed calls that should have been made and were not, or were made too often
   * @param scrapes over which that was looked at
   */
  record Verdict(long missed, long scrapes) {}

  private Neighbours(Rest rest, String instance) {
    this.rest = rest;
    this.instance = instance;
  }

  /** Takes the first look, once all of them run. */
  static Neighbours watch(Rest rest, String instance) throws IOException, InterruptedException {
    Neighbours neighbours = new Neighbours(rest, instance);
    Until.holds(
        "the neighbours to be called",
        PATIENCE,
        () -> {
          UnitsView view = UnitsView.of(rest);
          return ALL.stream().allMatch(id -> view.evaluations(id) > 2);
        });
    // Both are still while no checkpoint is being told.
    Until.holds(
        "a quiet moment for the first look",
        PATIENCE,
        () -> {
          int before = neighbours.checkpoints();
          neighbours.lookAt(UnitsView.of(rest), neighbours.first);
          neighbours.firstCheckpoints = neighbours.checkpoints();
          return before == neighbours.firstCheckpoints;
        });
    return neighbours;
  }

  /** The number of scrapes that every neighbour was called for by now. */
  long evaluations() throws IOException, InterruptedException {
    UnitsView view = UnitsView.of(rest);
    return ALL.stream().mapToLong(view::evaluations).min().orElse(0);
  }

  /**
   * Looks again.
   *
   * @throws ProofFailure when one of them is called no more
   */
  Verdict verdict() throws IOException, InterruptedException {
    Map<String, Look> now = new HashMap<>();
    Until.holds(
        "the neighbours to be called for the newest scrape",
        PATIENCE,
        () -> {
          lookAt(UnitsView.of(rest), now);
          Instant newest = newestScrape();
          return now.values().stream()
              .allMatch(look -> !look.at().isBefore(newest.minusMillis(1_500)));
        });
    long missed = 0;
    long scrapes = 0;
    for (String id : ALL) {
      Look before = known(first, id);
      Look after = known(now, id);
      scrapes = awaitedScrapes(before, after);
      missed += Math.abs(scrapes - (after.evaluations() - before.evaluations()));
      missed += Math.abs(scrapes - (after.calls() - before.calls()));
    }
    return new Verdict(missed + missedTransitions(), scrapes);
  }

  /** Scrapes are stored up to a commit's interval after they were judged. */
  private long awaitedScrapes(Look before, Look after) throws IOException, InterruptedException {
    long expected = after.evaluations() - before.evaluations();
    long[] found = new long[1];
    try {
      Until.holds(
          "the scrapes to be stored",
          Duration.ofSeconds(10),
          () -> {
            found[0] = scrapes(before.at(), after.at());
            return found[0] >= expected;
          });
    } catch (ProofFailure e) {
      return found[0];
    }
    return found[0];
  }

  private long missedTransitions() throws IOException, InterruptedException {
    long[] missed = new long[1];
    try {
      Until.holds(
          "the listener to have heard of every checkpoint",
          Duration.ofSeconds(10),
          () -> {
            Map<String, Look> now = new HashMap<>();
            int before = checkpoints();
            lookAt(UnitsView.of(rest), now);
            long heard = known(now, LISTENER).transitions() - known(first, LISTENER).transitions();
            missed[0] = Math.abs(before - firstCheckpoints - heard);
            return missed[0] == 0;
          });
    } catch (ProofFailure e) {
      return missed[0];
    }
    return missed[0];
  }

  /** How many checkpoints there are by now. */
  private int checkpoints() throws IOException, InterruptedException {
    return rest.all("/api/v1/checkpoints?target=" + Rest.encode(instance)).size();
  }

  private long scrapes(Instant after, Instant until) throws IOException, InterruptedException {
    long millis = until.toEpochMilli() - after.toEpochMilli();
    if (millis == 0) {
      return 0;
    }
    JsonNode result =
        rest.query(
                "count_over_time(up{instance=\""
                    + instance
                    + "\"}["
                    + millis
                    + "ms] @ "
                    + until.getEpochSecond()
                    + "."
                    + String.valueOf(1_000 + until.toEpochMilli() % 1_000).substring(1)
                    + ")")
            .path("result");
    return Math.round(Double.parseDouble(result.path(0).path("value").path(1).asText("0")));
  }

  /** The newest one that is stored: what the target says of itself stands still with its thread. */
  private Instant newestScrape() throws IOException, InterruptedException {
    String selector = "up{instance=\"" + instance + "\"}";
    for (JsonNode series : rest.all("/api/v1/series?selector=" + Rest.encode(selector))) {
      Instant newest = Instant.parse(series.path("latest").path("at").asText());
      if (newest.isAfter(Instant.now().minus(LATEST))) {
        return newest;
      }
    }
    throw new ProofFailure("The daemon no longer scrapes " + instance);
  }

  private void lookAt(UnitsView view, Map<String, Look> looks) {
    for (String id : ALL) {
      JsonNode item =
          view.guardrail(id)
              .orElseThrow(() -> new ProofFailure("The neighbour " + id + " is gone"));
      JsonNode target = item.path("targets").path(0);
      Matcher said = CALLS.matcher(target.path("reason").asText());
      if (!said.find()) {
        throw new ProofFailure("The neighbour " + id + " does not count any more: " + target);
      }
      looks.put(
          id,
          new Look(
              Instant.parse(target.path("last_evaluated_at").asText()),
              target.path("evaluations").asLong(),
              Long.parseLong(said.group(1)),
              said.group(2) == null ? 0 : Long.parseLong(said.group(2))));
    }
  }

  private static Look known(Map<String, Look> looks, String id) {
    Look look = looks.get(id);
    if (look == null) {
      throw new ProofFailure("No look was taken at the neighbour " + id);
    }
    return look;
  }
}
