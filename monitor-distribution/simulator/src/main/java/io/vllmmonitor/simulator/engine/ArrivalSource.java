package io.vllmmonitor.simulator.engine;

/**
 * Where requests come from that nobody submits: asked once per step by the engine, on its thread.
 */
@FunctionalInterface
public interface ArrivalSource {

  /**
   * Offers the requests that arrive in one step.
   *
   * @param now engine seconds at the end of the step
   * @param seconds length of the step
   * @param sink takes the requests, in order of arrival
   */
  void arrivals(double now, double seconds, Sink sink);

  /** Takes arriving requests. */
  @FunctionalInterface
  interface Sink {
    /** Adds one request to the engine's queue; its id as from {@link ServingEngine#submit}. */
    long offer(RequestSpec spec, RequestListener listener);
  }
}
