package io.vllmmonitor.simulator.server;

import io.vllmmonitor.simulator.engine.EngineSnapshot;
import io.vllmmonitor.simulator.engine.FinishReason;
import io.vllmmonitor.simulator.engine.LongBurst;
import io.vllmmonitor.simulator.engine.RequestListener;
import io.vllmmonitor.simulator.engine.RequestResult;
import io.vllmmonitor.simulator.engine.RequestSpec;
import io.vllmmonitor.simulator.engine.ServingEngine;
import io.vllmmonitor.simulator.engine.SyntheticTraffic;
import io.vllmmonitor.simulator.engine.TrafficConfig;
import io.vllmmonitor.simulator.page.HttpStatistics;
import io.vllmmonitor.simulator.page.MetricsPage;
import io.vllmmonitor.simulator.page.ProcessView;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * One incarnation of the simulated process: an engine, its traffic, its statistics and its page,
 * from start to death. All calls are serialised by its monitor; each first moves the engine to the
 * present. Safe for any thread.
 */
final class Life {
  private static final double STEP_SECONDS = 0.05;

  /** Descriptors of an idle API server, the connection of whoever asks included. */
  private static final int IDLE_FDS = 34;

  private static final long POLL_MILLIS = 50;

  private final SimulatorConfig config;
  private final long startedNanos;
  private final double startedAt;
  private final ServingEngine engine;
  private final SyntheticTraffic traffic;
  private final HttpStatistics statistics;
  private final MetricsPage page;
  private final Random answers;
  private final Map<String, Long> idsByName = new HashMap<>();
  private boolean dead;
  private volatile boolean gone;

  Life(SimulatorConfig config) {
    this.config = config;
    this.startedNanos = config.nanoTicker().getAsLong();
    this.startedAt = epochSeconds();
    this.engine = new ServingEngine(config.profile(), config.seed(), STEP_SECONDS);
    this.statistics = new HttpStatistics(this::epochSeconds);
    this.page = new MetricsPage(config.version(), config.model(), config.profile(), startedAt);
    this.answers = new Random(config.seed() * 31 + 7);
    this.traffic =
        new SyntheticTraffic(
            TrafficConfig.chat(config.requestsPerSecond()),
            config.seed(),
            new RequestListener() {
              @Override
              public void finished(RequestResult result) {
                countSynthetic(result);
              }
            });
    engine.attach(traffic);
  }

  HttpStatistics statistics() {
    return statistics;
  }

  double epochSeconds() {
    Instant now = config.clock().instant();
    return now.getEpochSecond() + (now.getNano() - now.getNano() % 1_000) / 1e9;
  }

  /** Moves the engine to the present and wakes whoever waits for it. */
  synchronized void tick() {
    catchUp();
    notifyAll();
  }

  synchronized boolean dead() {
    return dead;
  }

  /**
   * The engine dies: it stops for good and every request in flight ends with {@link
   * FinishReason#ABORT}.
   */
  synchronized void die() {
    catchUp();
    dead = true;
    notifyAll();
  }

  /** The whole process ends: like {@link #die}, and nothing new is answered either. */
  void leave() {
    gone = true;
    die();
  }

  boolean gone() {
    return gone;
  }

  synchronized <T> T with(Function<ServingEngine, T> use) {
    catchUp();
    return use.apply(engine);
  }

  /**
   * Waits until the engine answers and {@code ready} holds; a hung or dead engine does not answer.
   *
   * @param gone asked now and then whether waiting still makes sense
   * @return false if the engine died or nobody waits any more
   */
  synchronized boolean await(Predicate<ServingEngine> ready, BooleanSupplier gone)
      throws InterruptedException {
    for (int round = 0; ; round++) {
      catchUp();
      if (dead) {
        return false;
      }
      if (!engine.hung() && ready.test(engine)) {
        return true;
      }
      if (round % 4 == 3 && gone.getAsBoolean()) {
        return false;
      }
      wait(POLL_MILLIS);
    }
  }

  synchronized long submit(String name, RequestSpec spec, RequestListener listener) {
    catchUp();
    long id = engine.submit(spec, listener);
    idsByName.put(name, id);
    return id;
  }

  synchronized void forget(String name, long id) {
    idsByName.remove(name);
    if (!dead) {
      engine.cancel(id);
    }
  }

  synchronized int abort(Set<String> names) {
    Set<Long> ids = new HashSet<>();
    for (String name : names) {
      Long id = idsByName.get(name);
      if (id != null) {
        ids.add(id);
      }
    }
    return engine.abort(ids);
  }

  /** Tokens of an answer that may end by itself, at most {@code limit}. */
  synchronized int answerLength(int limit) {
    return (int) Math.max(1, Math.min(limit, 80 * Math.exp(0.6 * answers.nextGaussian())));
  }

  synchronized String newId() {
    return "%016x".formatted(answers.nextLong());
  }

  synchronized void surge(double extraRate, double rampSeconds) {
    catchUp();
    traffic.surge(extraRate, rampSeconds);
  }

  synchronized void burst(LongBurst burst) {
    catchUp();
    traffic.burst(burst);
  }

  /** The clients of the burst hang up. */
  synchronized void endBurst() {
    catchUp();
    traffic.burstIds().forEach(engine::cancel);
  }

  synchronized String page(int connections) {
    catchUp();
    return page.render(engine.snapshot(), process(connections), statistics);
  }

  synchronized int openFds(int connections) {
    int synthetic = dead ? 0 : engine.runningNow() + engine.waitingNow() - idsByName.size();
    return IDLE_FDS - 1 + connections + Math.max(0, synthetic);
  }

  /** Requests in flight, those of the built-in traffic included. */
  synchronized int load() {
    catchUp();
    return dead ? 0 : engine.runningNow() + engine.waitingNow();
  }

  private ProcessView process(int connections) {
    EngineSnapshot.Totals totals = engine.snapshot().totals();
    long finished = totals.stopped() + totals.lengthLimited();
    double cpu = Math.round((7.15 + 0.004 * engine.now() + 0.009 * finished) * 100) / 100.0;
    long pages = 233_811 + Math.min(4_096, finished / 16);
    // The kernel counts a process' start in hundredths of a second.
    return new ProcessView(
        Math.floor(startedAt * 100) / 100,
        openFds(connections),
        cpu,
        pages * 4_096,
        4_605_018_112L + pages / 64 * 4_096,
        finished / 12);
  }

  private void catchUp() {
    if (!dead) {
      long nanos = config.nanoTicker().getAsLong() - startedNanos;
      engine.advance(nanos / 1e9 * config.timeScale());
    }
  }

  /** The built-in clients speak HTTP too: their requests count when they end, whatever the end. */
  private void countSynthetic(RequestResult result) {
    long requestBytes = 120L + result.spec().promptTokens();
    long responseBytes =
        result.reason() == FinishReason.CLIENT_GONE ? 0 : 540L + result.generatedTokens();
    statistics.record(
        "/v1/completions",
        "POST",
        200,
        requestBytes,
        responseBytes,
        result.seconds() / config.timeScale());
  }
}
