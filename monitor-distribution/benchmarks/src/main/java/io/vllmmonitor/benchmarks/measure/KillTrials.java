package io.vllmmonitor.benchmarks.measure;

import io.vllmmonitor.benchmarks.peer.Answer;
import io.vllmmonitor.benchmarks.peer.Question;
import io.vllmmonitor.benchmarks.peer.ServerPeer;
import io.vllmmonitor.benchmarks.peer.Waiting;
import io.vllmmonitor.benchmarks.workload.Workload;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Kills a server with {@code kill -9} at a random moment while it is fed, starts it again, and
 * looks for every scrape that it had acknowledged.
 */
final class KillTrials {
  private static final int SHORTEST_MILLIS = 200;
  private static final int LONGEST_MILLIS = 1_500;

  private final ServerPeer peer;
  private final Workload workload;
  private final Random random;
  private final AtomicBoolean killing = new AtomicBoolean();
  private int acknowledged;
  private long lost;

  /**
   * @param peer not started, without data
   */
  KillTrials(ServerPeer peer, Workload workload, Random random) {
    this.peer = peer;
    this.workload = workload;
    this.random = random;
  }

  /** Answers how many acknowledged samples were lost, all trials together. */
  long run(int trials) throws IOException {
    peer.start();
    for (int i = 0; i < trials && acknowledged < workload.scrapes(); i++) {
      int before = acknowledged;
      feedUntilKilled();
      peer.start();
      lost += missing(before);
    }
    return lost;
  }

  private void feedUntilKilled() throws IOException {
    Duration life =
        Duration.ofMillis(SHORTEST_MILLIS + random.nextInt(LONGEST_MILLIS - SHORTEST_MILLIS));
    killing.set(false);
    CompletableFuture<Void> killer = CompletableFuture.runAsync(() -> killAfter(life));
    try {
      while (acknowledged < workload.scrapes()) {
        peer.ingest(workload, acknowledged, acknowledged + 1);
        acknowledged++;
      }
    } catch (IOException e) {
      // A connection that ends while the server dies is what is to be seen; one before is not.
      if (!killing.get()) {
        killer.join();
        throw e;
      }
    }
    killer.join();
  }

  private void killAfter(Duration life) {
    Waiting.pause(life);
    killing.set(true);
    try {
      peer.kill();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** How many samples of this trial are gone; a scrape is judged by three of its series. */
  private long missing(int from) throws IOException {
    int series = workload.scrape(0).values().length;
    String ids = "0|" + series / 2 + "|" + (series - 1);
    String range = workload.scrapes() * workload.interval().toSeconds() + 60 + "s";
    Question question =
        Question.at("{id=~\"" + ids + "\",job=\"bench\"}[" + range + "]", workload.end());
    Answer found = Answer.parse(peer.ask(question));
    long missing = 0;
    for (String id : ids.split("\\|", -1)) {
      NavigableMap<Long, Double> samples = found.series().getOrDefault(id, new TreeMap<>());
      for (int i = from; i < acknowledged; i++) {
        missing += samples.containsKey(workload.timeOf(i)) ? 0 : 1;
      }
    }
    return missing * series / 3;
  }
}
