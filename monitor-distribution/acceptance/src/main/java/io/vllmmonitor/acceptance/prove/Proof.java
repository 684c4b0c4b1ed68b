package io.vllmmonitor.acceptance.prove;

/** One thing that is shown rather than claimed. */
interface Proof {
  /**
   * Runs on the unzipped bundle.
   *
   * @return the summary line
   * @throws ProofFailure when it does not hold; the message says what was expected and what was
   *     found
   */
  String run(ProofSetting setting) throws Exception;
}
