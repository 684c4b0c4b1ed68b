package io.vllmmonitor.simulator.engine;

/** A request inside the engine. */
final class LiveRequest {
  final long id;
  final RequestSpec spec;
  final RequestListener listener;
  final double arrivedAt;

  /** Tokens whose KV entries exist; prefill is over when it reaches {@link #length()}. */
  int computed;

  int generated;
  int blocks;
  int preemptions;

  /** Prefix hit of the first admission, and -1 before it. */
  int firstHit = -1;

  double admittedAt = -1;
  double firstTokenAt = -1;
  double lastTokenAt = -1;

  /**
   * Set while a preempted request has not produced a token again: its next token gap spans the
   * interruption.
   */
  boolean interrupted;

  LiveRequest(long id, RequestSpec spec, RequestListener listener, double arrivedAt) {
    this.id = id;
    this.spec = spec;
    this.listener = listener;
    this.arrivedAt = arrivedAt;
  }

  int length() {
    return spec.promptTokens() + generated;
  }

  boolean decoding() {
    return computed >= length();
  }

  boolean admittedBefore() {
    return firstHit >= 0;
  }
}
