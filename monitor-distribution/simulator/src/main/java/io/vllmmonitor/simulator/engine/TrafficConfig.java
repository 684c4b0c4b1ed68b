package io.vllmmonitor.simulator.engine;

/**
 * The shape of built-in open-loop traffic: Poisson arrivals, log-normal lengths, prefix groups with
 * a Pareto popularity.
 *
 * @param requestsPerSecond mean arrival rate per engine second; 0: none
 * @param promptMedian median prompt tokens
 * @param promptSigma spread of the prompt length, in log units
 * @param outputMedian median output tokens
 * @param outputSigma spread of the output length, in log units
 * @param longest prompt and output together never exceed this
 * @param groups number of prefix groups
 * @param shareProbability part of the requests that have a shared prefix
 * @param share part of such a prompt that is shared
 * @param patienceSeconds clients leave when no token came for so long; 0: never
 */
public record TrafficConfig(
    double requestsPerSecond,
    double promptMedian,
    double promptSigma,
    double outputMedian,
    double outputSigma,
    int longest,
    int groups,
    double shareProbability,
    double share,
    double patienceSeconds) {

  public TrafficConfig {
    if (requestsPerSecond < 0
        || promptMedian < 1
        || outputMedian < 1
        || longest < 4
        || groups < 1) {
      throw new IllegalArgumentException(
          "traffic needs a rate of at least 0, medians of at least 1, longest of at least 4 and a group");
    }
  }

  /** Short chats, fitting the small profiles. */
  public static TrafficConfig chat(double requestsPerSecond) {
    return new TrafficConfig(requestsPerSecond, 110, 0.5, 60, 0.6, 400, 12, 0.7, 0.6, 60);
  }
}
