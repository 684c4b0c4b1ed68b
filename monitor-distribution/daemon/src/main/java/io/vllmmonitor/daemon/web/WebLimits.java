package io.vllmmonitor.daemon.web;

import java.time.Duration;

/**
 * What one client, or all of them together, may take from the server. Immutable.
 *
 * @param bodyBytes the longest request body
 * @param codeBytes the longest body that is a file of code to be rehearsed
 * @param answerBytes the longest answer to a query
 * @param connections open at once; further ones wait in the backlog
 * @param idle how long a connection may stay silent
 * @param exchange how long a request may take from its first byte to the last byte of its answer;
 *     ends clients that send or read drop by drop
 * @param queries how many run at once
 * @param queryWait how long a further query waits for its turn
 */
record WebLimits(
    int bodyBytes,
    int codeBytes,
    int answerBytes,
    int connections,
    Duration idle,
    Duration exchange,
    int queries,
    Duration queryWait) {
  static WebLimits standard() {
    return new WebLimits(
        1 << 20,
        Trials.LARGEST_FILE,
        8 << 20,
        64,
        Duration.ofSeconds(10),
        Duration.ofSeconds(20),
        4,
        Duration.ofSeconds(1));
  }
}
