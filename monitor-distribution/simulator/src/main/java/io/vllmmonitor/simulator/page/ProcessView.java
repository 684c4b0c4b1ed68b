package io.vllmmonitor.simulator.page;

/**
 * The API server process as its page shows it.
 *
 * @param startSeconds its start in seconds since the Unix epoch
 * @param openFds open file descriptors: the idle floor plus one per client connection
 * @param cpuSeconds processor seconds used
 * @param residentBytes resident memory
 * @param virtualBytes virtual memory
 * @param collections garbage collections of the youngest generation
 */
public record ProcessView(
    double startSeconds,
    int openFds,
    double cpuSeconds,
    long residentBytes,
    long virtualBytes,
    long collections) {}
