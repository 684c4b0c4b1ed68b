package io.vllmmonitor.simulator.engine;

/**
 * Told about one request's progress, on the thread that advances the engine and while it does:
 * implementations must return at once and not call back into the engine.
 */
public interface RequestListener {

  /** A listener that ignores everything. */
  RequestListener NONE = new RequestListener() {};

  /**
   * Tokens were generated.
   *
   * @param count how many, at least 1
   * @param at engine seconds
   */
  default void generated(int count, double at) {}

  /**
   * The request has left the engine; the last call for it.
   *
   * @param result what became of it
   */
  default void finished(RequestResult result) {}
}
