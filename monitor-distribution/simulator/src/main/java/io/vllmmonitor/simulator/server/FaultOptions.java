package io.vllmmonitor.simulator.server;

/**
 * How strong a fault is. Every value 0 means: the default of the fault and the profile. Seconds are
 * simulated seconds.
 *
 * @param extraRate {@link Fault#TRAFFIC_SURGE}: additional requests per second
 * @param rampSeconds {@link Fault#TRAFFIC_SURGE}: until that rate is reached
 * @param requests {@link Fault#KV_EXHAUSTION}: how many long requests arrive
 * @param promptTokens {@link Fault#KV_EXHAUSTION}: their prompt tokens
 * @param outputTokens {@link Fault#KV_EXHAUSTION}: their output tokens
 * @param restartAfterSeconds faults that kill: the server comes back on the same port after so
 *     long; 0: never, except for {@link Fault#RESTART}, where it is two seconds
 */
public record FaultOptions(
    double extraRate,
    double rampSeconds,
    int requests,
    int promptTokens,
    int outputTokens,
    double restartAfterSeconds) {

  /** The defaults of every fault. */
  public static final FaultOptions DEFAULT = new FaultOptions(0, 0, 0, 0, 0, 0);

  public FaultOptions {
    if (extraRate < 0 || rampSeconds < 0 || requests < 0 || promptTokens < 0 || outputTokens < 0) {
      throw new IllegalArgumentException(
          "a fault's rate, ramp, requests and tokens cannot be negative");
    }
    if (!(restartAfterSeconds >= 0 && restartAfterSeconds <= 86_400)) {
      throw new IllegalArgumentException(
          "restart_after_seconds is from 0 to 86400, not " + restartAfterSeconds);
    }
  }

  /** A kill after which the server comes back by itself. */
  public static FaultOptions restartAfter(double seconds) {
    return new FaultOptions(0, 0, 0, 0, 0, seconds);
  }
}
