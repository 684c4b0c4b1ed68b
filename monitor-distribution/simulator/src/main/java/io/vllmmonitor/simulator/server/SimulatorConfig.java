package io.vllmmonitor.simulator.server;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.simulator.engine.EngineProfile;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * What to simulate. Immutable; start from {@link #defaults()} and change what differs.
 *
 * @param host address to listen on
 * @param port port to listen on; 0: any free one
 * @param model name of the served model
 * @param profile speed and size of the engine
 * @param seed the same seed gives the same traffic and the same engine
 * @param requestsPerSecond built-in traffic per simulated second; 0: none
 * @param devMode whether the control routes exist
 * @param loadTracking whether {@code /load} counts; 0 otherwise, as on a real server
 * @param version vLLM version that is reported and whose page is written
 * @param timeScale simulated seconds per second
 * @param autodrive whether a thread of the server moves the engine on; if not, time moves when
 *     somebody asks or calls {@link SimulatedVllmServer#tick}
 * @param clock wall time, for dates and {@code _created} values
 * @param nanoTicker monotonic nanoseconds, moves the engine
 * @param faults faults that strike by themselves
 */
public record SimulatorConfig(
    String host,
    int port,
    String model,
    EngineProfile profile,
    long seed,
    double requestsPerSecond,
    boolean devMode,
    boolean loadTracking,
    String version,
    double timeScale,
    boolean autodrive,
    InstantSource clock,
    LongSupplier nanoTicker,
    List<ScheduledFault> faults) {

  public SimulatorConfig {
    requireNonNull(host, "host");
    requireNonNull(model, "model");
    requireNonNull(profile, "profile");
    requireNonNull(version, "version");
    requireNonNull(clock, "clock");
    requireNonNull(nanoTicker, "nanoTicker");
    faults = List.copyOf(faults);
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("a port is from 0 to 65535, not " + port);
    }
    if (!(requestsPerSecond >= 0 && requestsPerSecond <= 10_000)) {
      throw new IllegalArgumentException(
          "a rate is from 0 to 10000 requests per second, not " + requestsPerSecond);
    }
    if (!(timeScale > 0 && timeScale <= 1_000)) {
      throw new IllegalArgumentException(
          "a time scale is above 0 and at most 1000, not " + timeScale);
    }
  }

  /**
   * The demonstration server: profile tiny, two requests per second, control routes on, any free
   * loopback port.
   */
  public static SimulatorConfig defaults() {
    return new SimulatorConfig(
        "127.0.0.1",
        0,
        "tiny",
        EngineProfile.TINY,
        1,
        2,
        true,
        false,
        "0.32.0",
        1,
        true,
        InstantSource.system(),
        System::nanoTime,
        List.of());
  }

  /** The same on another address. */
  public SimulatorConfig withAddress(String newHost, int newPort) {
    return with(
        copy -> {
          copy.host = newHost;
          copy.port = newPort;
        });
  }

  /** The same with another model name. */
  public SimulatorConfig withModel(String name) {
    return with(copy -> copy.model = name);
  }

  /** The same with another engine. */
  public SimulatorConfig withProfile(EngineProfile other) {
    return with(copy -> copy.profile = other);
  }

  /** The same with another seed. */
  public SimulatorConfig withSeed(long other) {
    return with(copy -> copy.seed = other);
  }

  /** The same with another rate of built-in traffic. */
  public SimulatorConfig withRate(double other) {
    return with(copy -> copy.requestsPerSecond = other);
  }

  /** The same with or without control routes. */
  public SimulatorConfig withDevMode(boolean on) {
    return with(copy -> copy.devMode = on);
  }

  /** The same with or without a counting {@code /load}. */
  public SimulatorConfig withLoadTracking(boolean on) {
    return with(copy -> copy.loadTracking = on);
  }

  /** The same at another speed. */
  public SimulatorConfig withTimeScale(double other) {
    return with(copy -> copy.timeScale = other);
  }

  /** The same on time that the caller owns: no thread moves the engine. */
  public SimulatorConfig withVirtualTime(InstantSource wall, LongSupplier nanos) {
    return with(
        copy -> {
          copy.autodrive = false;
          copy.clock = wall;
          copy.nanoTicker = nanos;
        });
  }

  /** The same with faults that strike by themselves. */
  public SimulatorConfig withFaults(List<ScheduledFault> scheduled) {
    return with(copy -> copy.faults = scheduled);
  }

  private SimulatorConfig with(Consumer<Copy> change) {
    Copy copy = new Copy(this);
    change.accept(copy);
    return copy.config();
  }

  /** A copy while it is being changed. */
  private static final class Copy {
    String host;
    int port;
    String model;
    EngineProfile profile;
    long seed;
    double requestsPerSecond;
    boolean devMode;
    boolean loadTracking;
    String version;
    double timeScale;
    boolean autodrive;
    InstantSource clock;
    LongSupplier nanoTicker;
    List<ScheduledFault> faults;

    Copy(SimulatorConfig from) {
      host = from.host;
      port = from.port;
      model = from.model;
      profile = from.profile;
      seed = from.seed;
      requestsPerSecond = from.requestsPerSecond;
      devMode = from.devMode;
      loadTracking = from.loadTracking;
      version = from.version;
      timeScale = from.timeScale;
      autodrive = from.autodrive;
      clock = from.clock;
      nanoTicker = from.nanoTicker;
      faults = from.faults;
    }

    SimulatorConfig config() {
      return new SimulatorConfig(
          host,
          port,
          model,
          profile,
          seed,
          requestsPerSecond,
          devMode,
          loadTracking,
          version,
          timeScale,
          autodrive,
          clock,
          nanoTicker,
          faults);
    }
  }
}
