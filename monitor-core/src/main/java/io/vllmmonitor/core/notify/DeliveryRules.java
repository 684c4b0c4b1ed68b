package io.vllmmonitor.core.notify;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * How one kind of receiver is served. Immutable.
 *
 * @param receiver the word for one, such as {@code notifier}; names threads, labels and problems
 * @param metric what the counters begin with, such as {@code notifications}
 * @param capacity how many items wait for one receiver at most
 * @param retries how often a failed delivery is tried again
 * @param deadline of one try
 * @param pause before the first retry; the second waits twice as long, and so on
 * @param patience how long the end waits for what is still queued
 */
record DeliveryRules(
    String receiver,
    String metric,
    int capacity,
    int retries,
    Duration deadline,
    Duration pause,
    Duration patience) {
  DeliveryRules {
    requireNonNull(receiver, "receiver");
    requireNonNull(metric, "metric");
    requireNonNull(deadline, "deadline");
    requireNonNull(pause, "pause");
    requireNonNull(patience, "patience");
  }
}
