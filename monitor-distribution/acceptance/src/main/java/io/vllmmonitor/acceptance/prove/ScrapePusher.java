package io.vllmmonitor.acceptance.prove;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Pushes scrapes to a daemon one by one and keeps, outside of it, which of them were acknowledged.
 * A scrape holds some series at one time, each with a value that follows from both, so that what
 * comes back can be judged without keeping values. Pushing and judging are confined to one thread.
 */
final class ScrapePusher {
  static final int SERIES = 20;

  /** No content: every sample of the body was stored. */
  static final int STORED = 204;

  private static final String METRIC = "crash_proof_value";

  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();
  private final List<Long> acknowledged = new ArrayList<>();
  private final List<Long> sent = new ArrayList<>();
  private long last;
  private long skew;

  /** All that were acknowledged so far, and none that was not. */
  int acknowledged() {
    return acknowledged.size();
  }

  /** The time after which scrapes of a new stretch lie. */
  long mark() {
    return last;
  }

  /** From now on scrapes lie so much beside the clock of this machine. */
  void jump(long millis) {
    skew = millis;
    long now = System.currentTimeMillis() + skew;
    last = sent.stream().filter(at -> at <= now).max(Long::compare).orElse(0L);
  }

  /**
   * Pushes one scrape.
   *
   * @return the status: 204 acknowledges it, 200 says that samples were rejected; −1 when no answer
   *     came
   */
  int push(Rest daemon, Path data) throws InterruptedException {
    long at = Math.max(last + 1, System.currentTimeMillis() + skew);
    last = at;
    sent.add(at);
    int status = post(daemon, data, "/api/v1/import/prometheus", page(at));
    if (status == STORED) {
      acknowledged.add(at);
    }
    return status;
  }

  /** A command with the token; answers the status, −1 when no answer came. */
  int post(Rest daemon, Path data, String path, String body) throws InterruptedException {
    try {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(daemon.base() + path))
              .timeout(Duration.ofSeconds(20))
              .header("Authorization", "Bearer " + Files.readString(data.resolve("token")).strip())
              .POST(HttpRequest.BodyPublishers.ofString(body))
              .build();
      return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    } catch (IOException e) {
      return -1;
    }
  }

  private static String page(long at) {
    StringBuilder text = new StringBuilder(SERIES * 80);
    for (int i = 0; i < SERIES; i++) {
      text.append(METRIC)
          .append("{instance=\"crash:1\",job=\"vllm\",number=\"")
          .append(i)
          .append("\"} ")
          .append(value(at, i))
          .append(' ')
          .append(at)
          .append('\n');
    }
    return text.toString();
  }

  private static double value(long at, int series) {
    return (at % 100_000) * (series + 1) / 8.0;
  }

  /**
   * What the daemon has of the scrapes after a mark.
   *
   * @param lost acknowledged scrapes that are missing
   * @param torn scrapes that are there in part, or with another value
   * @param unexpected samples that were never sent
   */
  record Verdict(int lost, int torn, int unexpected) {
    Verdict plus(Verdict other) {
      return new Verdict(lost + other.lost, torn + other.torn, unexpected + other.unexpected);
    }
  }

  /** Compares everything sent after the mark with what the daemon has. */
  Verdict judge(Rest daemon, long mark) throws IOException, InterruptedException {
    Verdict verdict = new Verdict(0, 0, 0);
    List<Long> stretch = sent.stream().filter(at -> at > mark).distinct().sorted().toList();
    for (int from = 0; from < stretch.size(); from += 2_000) {
      List<Long> piece = stretch.subList(from, Math.min(from + 2_000, stretch.size()));
      verdict = verdict.plus(judge(daemon, piece));
    }
    return verdict;
  }

  private Verdict judge(Rest daemon, List<Long> piece) throws IOException, InterruptedException {
    long first = piece.get(0);
    long end = piece.get(piece.size() - 1);
    String range = (end - first + 1) + "ms"; // its start may or may not belong to it
    String expression = METRIC + "[" + range + "] @ " + seconds(end);
    JsonNode result = daemon.query(expression).path("result");
    Map<Long, Integer> found = new HashMap<>();
    int wrong = 0;
    for (JsonNode series : result) {
      int number = series.path("metric").path("number").asInt();
      for (JsonNode pair : series.path("values")) {
        long at = Math.round(pair.get(0).asDouble() * 1_000);
        if (at < first) {
          continue;
        }
        boolean right = Double.parseDouble(pair.get(1).asText()) == value(at, number);
        wrong += right ? 0 : 1;
        found.merge(at, 1, Integer::sum);
      }
    }
    return compare(piece, found, wrong);
  }

  private Verdict compare(List<Long> piece, Map<Long, Integer> found, int wrong) {
    Map<Long, Boolean> known = new TreeMap<>();
    piece.forEach(at -> known.put(at, false));
    acknowledged.stream().filter(known::containsKey).forEach(at -> known.put(at, true));
    int lost = 0;
    int torn = wrong;
    for (Map.Entry<Long, Boolean> scrape : known.entrySet()) {
      int there = found.getOrDefault(scrape.getKey(), 0);
      lost += scrape.getValue() && there == 0 ? 1 : 0;
      torn += there != 0 && there != SERIES ? 1 : 0;
    }
    int unexpected = (int) found.keySet().stream().filter(at -> !known.containsKey(at)).count();
    return new Verdict(lost, torn, unexpected);
  }

  private static String seconds(long millis) {
    return millis / 1_000 + "." + String.format(Locale.ROOT, "%03d", millis % 1_000);
  }

  /** Pushes until the time is over or the daemon answers no more. */
  int pushFor(Rest daemon, Path data, Duration time) throws InterruptedException {
    long end = System.nanoTime() + time.toNanos();
    int status = 0;
    while (System.nanoTime() < end && status >= 0) {
      status = push(daemon, data);
      LockSupport.parkNanos(1_000_000);
    }
    return status;
  }

  /** The last status that was no success, or null when the time was over. */
  @Nullable Integer pushUntilRefused(Rest daemon, Path data, Duration most)
      throws InterruptedException {
    long end = System.nanoTime() + most.toNanos();
    while (System.nanoTime() < end) {
      int status = push(daemon, data);
      if (status / 100 != 2) {
        return status;
      }
    }
    return null;
  }
}
