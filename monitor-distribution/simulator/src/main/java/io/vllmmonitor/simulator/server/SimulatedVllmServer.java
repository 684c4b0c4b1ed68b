package io.vllmmonitor.simulator.server;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.simulator.engine.EngineProfile;
import io.vllmmonitor.simulator.engine.LongBurst;
import io.vllmmonitor.simulator.engine.RequestSpec;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A simulated vLLM server on a real port. Started by the demonstration mode, by tests and by
 * benchmarks; every method is safe for any thread. Across deaths and restarts the port stays the
 * same.
 */
public final class SimulatedVllmServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SimulatedVllmServer.class);
  private static final long DRIVE_MILLIS = 20;

  /** A server whose engine core died answers 503 for so long before it leaves. */
  private static final double DEATH_THROES_SECONDS = 5;

  private static final double DEFAULT_DOWN_SECONDS = 2;

  /**
   * Handlers in flight get so long, in real time, to write their 500 before their connection is
   * reset.
   */
  private static final double RESET_AFTER_SECONDS = 0.5;

  private final SimulatorConfig config;
  private final Map<Fault, FaultOptions> active = new EnumMap<>(Fault.class);
  private final List<Timed> agenda = new ArrayList<>();
  private final Faults faults = new ActiveFaults();
  private final CountDownLatch stop = new CountDownLatch(1);
  private final long startedNanos;
  private volatile Life life;
  private @Nullable HttpListener listener;
  private final int port;
  private boolean closed;

  private SimulatedVllmServer(SimulatorConfig config) {
    this.config = requireNonNull(config, "config");
    this.startedNanos = config.nanoTicker().getAsLong();
    this.life = new Life(config);
    HttpListener first = listen(config.port());
    this.listener = first;
    this.port = first.port();
    for (ScheduledFault scheduled : config.faults()) {
      at(scheduled.atSeconds(), () -> strikeScheduled(scheduled));
    }
    if (config.autodrive()) {
      drive();
    }
  }

  /**
   * Starts a server and returns when it answers.
   *
   * @throws java.io.UncheckedIOException if the address cannot be bound
   */
  public static SimulatedVllmServer start(SimulatorConfig config) {
    return new SimulatedVllmServer(config);
  }

  /** Where it listens, without a slash at the end. */
  public String url() {
    return "http://" + config.host() + ":" + port;
  }

  /** Its port, the same after a restart. */
  public int port() {
    return port;
  }

  /** What can be made to go wrong. */
  public Faults faults() {
    return faults;
  }

  /** Whether the port answers. */
  public synchronized boolean listening() {
    return listener != null;
  }

  /**
   * Starts the server anew, dead or alive: counters from 0, a new process start, an empty engine.
   *
   * @throws java.io.UncheckedIOException if somebody else took the port meanwhile
   * @throws IllegalStateException after {@link #close}
   */
  public synchronized void restart() {
    if (closed) {
      throw new IllegalStateException("this simulator is closed: start another one");
    }
    stopListening();
    active.keySet().removeIf(Fault::kills);
    active.remove(Fault.WORKER_HANG);
    active.remove(Fault.KV_EXHAUSTION);
    Life next = new Life(config);
    active.forEach((fault, options) -> apply(next, fault, options));
    life = next;
    listener = listen(port);
  }

  /** Moves simulated time to the present: the engine, and deaths and returns that are due. */
  public void tick() {
    life.tick();
    List<Runnable> due = new ArrayList<>();
    synchronized (this) {
      double now = now();
      agenda.removeIf(
          timed -> {
            boolean isDue = !closed && timed.at() <= now;
            if (isDue) {
              due.add(timed.action());
            }
            return isDue || closed;
          });
    }
    due.forEach(Runnable::run);
  }

  @Override
  public void close() {
    stop.countDown();
    synchronized (this) {
      closed = true;
      agenda.clear();
      HttpListener open = listener;
      stopListening();
      if (open != null) {
        open.reset();
      }
    }
  }

  Life life() {
    return life;
  }

  SimulatorConfig config() {
    return config;
  }

  private void drive() {
    Thread thread =
        new Thread(
            () -> {
              try {
                while (!stop.await(DRIVE_MILLIS, TimeUnit.MILLISECONDS)) {
                  driveOnce();
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "simulator-drive-" + port);
    thread.setDaemon(true);
    thread.start();
  }

  private void driveOnce() {
    try {
      tick();
    } catch (RuntimeException e) {
      // The thread would end with the exception; the simulation must go on and the cause be
      // seen.
      LOG.error("a step of the simulation failed", e);
    }
  }

  private HttpListener listen(int onPort) {
    Life served = life;
    Router router = new Router(this, served);
    return HttpListener.open(
        config.host(), onPort, config.clock(), connection -> router.serve(connection));
  }

  synchronized int connections() {
    HttpListener open = listener;
    return open == null ? 0 : open.connections();
  }

  private synchronized void stopListening() {
    HttpListener open = listener;
    listener = null;
    life.leave();
    if (open != null) {
      open.refuse();
      at(now() + RESET_AFTER_SECONDS * config.timeScale(), open::reset);
    }
  }

  private synchronized void at(double seconds, Runnable action) {
    agenda.add(new Timed(seconds, action));
  }

  private double now() {
    return (config.nanoTicker().getAsLong() - startedNanos) / 1e9 * config.timeScale();
  }

  private void strikeScheduled(ScheduledFault scheduled) {
    try {
      faults.activate(scheduled.fault(), scheduled.options());
    } catch (IllegalStateException e) {
      LOG.warn(
          "the scheduled fault {} came too late: {}", scheduled.fault().wireName(), e.getMessage());
    }
  }

  private void apply(Life to, Fault fault, FaultOptions options) {
    switch (fault) {
      case TRAFFIC_SURGE -> {
        double extra =
            options.extraRate() > 0
                ? options.extraRate()
                : Math.max(20, 4 * config.requestsPerSecond());
        to.surge(extra, options.rampSeconds());
      }
      case KV_EXHAUSTION -> to.burst(burst(options));
      case PREFIX_CACHE_COLLAPSE -> setHitProbability(to, 0);
      case WORKER_HANG -> setHang(to, true);
      case ENGINE_CORE_KILLED -> killEngineCore(options);
      case WORKER_KILLED -> killProcess(options.restartAfterSeconds());
      case RESTART ->
          killProcess(
              options.restartAfterSeconds() > 0
                  ? options.restartAfterSeconds()
                  : DEFAULT_DOWN_SECONDS);
    }
  }

  private void undo(Life of, Fault fault) {
    switch (fault) {
      case TRAFFIC_SURGE -> of.surge(0, 0);
      case KV_EXHAUSTION -> of.endBurst();
      case PREFIX_CACHE_COLLAPSE -> setHitProbability(of, 1);
      case WORKER_HANG -> setHang(of, false);
      case ENGINE_CORE_KILLED, WORKER_KILLED, RESTART -> {}
    }
  }

  private static void setHitProbability(Life of, double probability) {
    of.with(
        engine -> {
          engine.prefixHitProbability(probability);
          return engine;
        });
  }

  private static void setHang(Life of, boolean on) {
    of.with(
        engine -> {
          engine.hang(on);
          return engine;
        });
  }

  private LongBurst burst(FaultOptions options) {
    EngineProfile profile = config.profile();
    LongBurst usual = LongBurst.of(profile);
    int prompt = options.promptTokens() > 0 ? options.promptTokens() : usual.spec().promptTokens();
    int output = options.outputTokens() > 0 ? options.outputTokens() : usual.spec().outputTokens();
    int count = options.requests() > 0 ? options.requests() : usual.count();
    if (prompt + 1.1 * output > profile.maxModelLen()) {
      throw new IllegalArgumentException(
          "requests of %d prompt and up to %d output tokens exceed the model's %d: ask for less"
              .formatted(prompt, (int) (1.1 * output), profile.maxModelLen()));
    }
    return new LongBurst(count, RequestSpec.of(prompt, output));
  }

  private synchronized void killEngineCore(FaultOptions options) {
    Life victim = life;
    victim.die();
    at(
        now() + DEATH_THROES_SECONDS,
        () -> {
          synchronized (this) {
            if (life == victim) {
              killProcess(options.restartAfterSeconds());
            }
          }
        });
  }

  private synchronized void killProcess(double restartAfterSeconds) {
    Life victim = life;
    stopListening();
    if (restartAfterSeconds > 0) {
      at(now() + restartAfterSeconds, () -> comeBack(victim));
    }
  }

  /** The scheduled return of a dead server, unless somebody restarted or closed it meanwhile. */
  private synchronized void comeBack(Life victim) {
    if (life == victim && !closed) {
      restart();
    }
  }

  private record Timed(double at, Runnable action) {}

  private final class ActiveFaults implements Faults {
    @Override
    public void activate(Fault fault, FaultOptions options) {
      requireNonNull(options, "options");
      synchronized (SimulatedVllmServer.this) {
        if (life.dead()) {
          throw new IllegalStateException(
              "the simulated server is dead, %s needs a living one: restart it first"
                  .formatted(fault.wireName()));
        }
        apply(life, requireNonNull(fault, "fault"), options);
        active.put(fault, options);
      }
    }

    @Override
    public void clear(Fault fault) {
      synchronized (SimulatedVllmServer.this) {
        if (!fault.kills() && active.remove(fault) != null && !life.dead()) {
          undo(life, fault);
        }
      }
    }

    @Override
    public void clearAll() {
      for (Fault fault : Fault.values()) {
        clear(fault);
      }
    }

    @Override
    public Set<Fault> active() {
      synchronized (SimulatedVllmServer.this) {
        return new TreeSet<>(active.keySet());
      }
    }
  }
}
