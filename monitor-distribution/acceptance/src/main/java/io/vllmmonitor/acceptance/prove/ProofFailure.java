package io.vllmmonitor.acceptance.prove;

/** What was to be shown does not hold. */
public final class ProofFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ProofFailure(String message) {
    super(message);
  }
}
