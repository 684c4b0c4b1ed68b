package io.vllmmonitor.daemon.boot;

import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.api.target.TargetMode;
import io.vllmmonitor.simulator.server.Fault;
import io.vllmmonitor.simulator.server.FaultOptions;
import io.vllmmonitor.simulator.server.SimulatedVllmServer;
import io.vllmmonitor.simulator.server.SimulatorConfig;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The server of {@code --demo}: a simulated one on which something goes wrong every few minutes, so
 * that a newcomer sees everything work. One round takes eight minutes: the KV cache thrashes, the
 * worker hangs for a while, the server restarts.
 */
final class DemoServer implements AutoCloseable {
  private static final int USUAL_PORT = 18_000;
  private static final double REQUESTS_PER_SECOND = 4;
  private static final long ROUND_SECONDS = 480;
  private static final long THRASH_AT = 20;
  private static final long HANG_AT = 240;
  private static final long HANG_OVER_AT = 290;
  private static final long RESTART_AT = 420;

  private final SimulatedVllmServer server;
  private final ScheduledExecutorService director;

  private DemoServer(SimulatedVllmServer server) {
    this.server = server;
    this.director =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "demo-director");
              thread.setDaemon(true);
              return thread;
            });
    each(THRASH_AT, () -> afresh(Fault.KV_EXHAUSTION));
    each(HANG_AT, () -> afresh(Fault.WORKER_HANG));
    each(HANG_OVER_AT, () -> server.faults().clear(Fault.WORKER_HANG));
    each(RESTART_AT, () -> server.faults().activate(Fault.RESTART, FaultOptions.DEFAULT));
  }

  /**
   * Starts on the usual port, so that the history of one demonstration joins the next, or on a free
   * one.
   */
  static DemoServer start() {
    SimulatorConfig config = SimulatorConfig.defaults().withRate(REQUESTS_PER_SECOND);
    try {
      return new DemoServer(SimulatedVllmServer.start(config.withAddress("127.0.0.1", USUAL_PORT)));
    } catch (UncheckedIOException e) { // somebody else has the usual port
      return new DemoServer(SimulatedVllmServer.start(config.withAddress("127.0.0.1", 0)));
    }
  }

  /** What the daemon watches. */
  Target target() {
    return Target.of(URI.create(server.url()), TargetMode.ACT, Duration.ofSeconds(1));
  }

  @Override
  public void close() {
    director.shutdownNow();
    server.close();
  }

  private void afresh(Fault fault) {
    server.faults().clearAll();
    server.faults().activate(fault);
  }

  private void each(long secondsIntoRound, Runnable scene) {
    var unused =
        director.scheduleAtFixedRate(scene, secondsIntoRound, ROUND_SECONDS, TimeUnit.SECONDS);
  }
}
