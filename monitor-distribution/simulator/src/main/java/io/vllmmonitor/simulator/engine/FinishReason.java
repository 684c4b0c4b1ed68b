package io.vllmmonitor.simulator.engine;

/** Why a request left the engine. */
public enum FinishReason {
  /** The model ended its answer. Counted as a success. */
  STOP,
  /** The answer reached its token limit. Counted as a success. */
  LENGTH,
  /**
   * Aborted by an operator or because the request can never fit. Not counted, as on real servers.
   */
  ABORT,
  /** The client went away first. Not counted, as on real servers. */
  CLIENT_GONE
}
