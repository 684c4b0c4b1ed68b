package io.vllmmonitor.benchmarks.measure;

import io.vllmmonitor.benchmarks.peer.Answer;
import io.vllmmonitor.benchmarks.peer.ServerPeer;
import io.vllmmonitor.benchmarks.workload.Workload;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Feeds and asks servers in turns, in the same order every time, so that what disturbs the machine
 * disturbs all alike. CPU is counted over the turn of a server, until it is quiet again. A server
 * that fails leaves the race; its figures are then missing, and a note says why.
 */
final class Race {
  /** Scrapes that one server gets in a turn; a block of ours is sealed in each. */
  private static final int TURN = 600;

  private final List<ServerPeer> peers;
  private final Workload workload;
  private final Figures figures;

  Race(List<ServerPeer> peers, Workload workload, Figures figures) {
    this.peers = new ArrayList<>(peers);
    this.workload = workload;
    this.figures = figures;
  }

  /**
   * Feeds all scrapes. The first turns warm up what is warmed up once in the life of a server.
   *
   * @param suffix is added to the names of the figures
   */
  void ingest(String suffix, int warmTurns) throws IOException {
    Map<ServerPeer, Double> cold = new HashMap<>();
    Map<ServerPeer, Double> warm = new HashMap<>();
    for (int from = 0; from < workload.scrapes(); from += TURN) {
      int first = from;
      int to = Math.min(from + TURN, workload.scrapes());
      Map<ServerPeer, Double> seconds = from < warmTurns * TURN ? cold : warm;
      each(
          "be fed",
          peer ->
              seconds.merge(
                  peer, cpuOf(peer, () -> peer.ingest(workload, first, to)), Double::sum));
    }
    long measured =
        workload.samples(Math.min(warmTurns * TURN, workload.scrapes()), workload.scrapes());
    long all = workload.samples(0, workload.scrapes());
    each(
        "be compacted",
        peer -> {
          double seconds = warm.getOrDefault(peer, Double.NaN);
          figures.put(Requirement.INGEST + suffix, peer.name(), measured / seconds);
          double compaction = cpuOf(peer, peer::compact);
          double whole = cold.getOrDefault(peer, 0.0) + seconds + compaction;
          figures.put(
              "the same with warm-up and final compaction" + suffix, peer.name(), all / whole);
          figures.put(Requirement.BYTES + suffix, peer.name(), (double) peer.sampleBytes() / all);
          figures.note("bytes of " + peer.name() + ": " + peer.sizeNote());
        });
  }

  private interface Work {
    void run() throws IOException;
  }

  private interface WorkOn {
    void run(ServerPeer peer) throws IOException;
  }

  /** CPU seconds that a server spends on some work, what it does afterwards included. */
  private static double cpuOf(ServerPeer peer, Work work) throws IOException {
    double before = peer.cpuSeconds();
    work.run();
    peer.settle();
    return peer.cpuSeconds() - before;
  }

  private void each(String what, WorkOn work) {
    for (ServerPeer peer : List.copyOf(peers)) {
      try {
        work.run(peer);
      } catch (IOException e) {
        peers.remove(peer);
        figures.note(peer.name() + " could not " + what + ": " + e.getMessage());
      }
    }
  }

  /** Asks every query, checks every answer, and measures rounds of repetitions. */
  void ask(List<Case> cases, int rounds) throws IOException {
    for (Case one : cases) {
      List<ServerPeer> able = new ArrayList<>();
      for (ServerPeer peer : peers) {
        if (warmUp(one, peer)) {
          able.add(peer);
        }
      }
      Map<ServerPeer, List<Double>> millis = new HashMap<>();
      for (int round = 0; round < rounds; round++) {
        for (ServerPeer peer : able) {
          double before = peer.cpuSeconds();
          repeat(one, peer);
          millis
              .computeIfAbsent(peer, key -> new ArrayList<>())
              .add((peer.cpuSeconds() - before) * 1000 / one.repetitions());
        }
      }
      millis.forEach((peer, times) -> figures.put(one.figure(), peer.name(), Medians.of(times)));
    }
  }

  private boolean warmUp(Case one, ServerPeer peer) throws IOException {
    byte[] json;
    try {
      json = peer.ask(one.question());
    } catch (IOException e) {
      figures.note(peer.name() + " cannot answer '" + one.figure() + "': " + e.getMessage());
      return false;
    }
    String complaint = one.complaint(Answer.parse(json));
    if (!complaint.isEmpty()) {
      figures.complain(peer.name(), one.figure(), complaint);
    }
    repeat(one, peer);
    peer.settle();
    return true;
  }

  private static void repeat(Case one, ServerPeer peer) throws IOException {
    for (int i = 0; i < one.repetitions(); i++) {
      peer.ask(one.question());
    }
  }

  /** The most memory so far. */
  void memory() {
    each(
        "tell its memory",
        peer -> figures.put(Requirement.MEMORY, peer.name(), peer.peakBytes() / 1048576.0));
  }

  /** Ends every server in order and measures how soon it answers again. */
  void restart(Case probe, int rounds) {
    Map<ServerPeer, List<Double>> millis = new HashMap<>();
    // One more at first, uncounted: a first stop may prepare the next start.
    for (int round = -1; round < rounds; round++) {
      boolean counted = round >= 0;
      each(
          "be restarted",
          peer -> {
            peer.stop();
            noteCaches(PageCache.drop());
            double time = peer.startAndTime(probe.question()).toNanos() / 1e6;
            if (counted) {
              millis.computeIfAbsent(peer, key -> new ArrayList<>()).add(time);
            }
          });
    }
    millis.forEach((peer, times) -> figures.put(Requirement.READY, peer.name(), Medians.of(times)));
  }

  private void noteCaches(boolean dropped) {
    figures.note(
        dropped
            ? "before each restart the page cache of the machine was dropped"
            : "the page cache could not be dropped (needs root): restarts were warm");
  }
}
