package io.vllmmonitor.persistence.query;

import static io.vllmmonitor.api.error.ErrorCode.QUERY_TIMEOUT;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import java.time.Duration;
import java.util.function.LongSupplier;

/** The end of one query's time. Confined to the query. */
final class Deadline {
  private final LongSupplier nanoTicker;
  private final long startedAt;
  private final Duration allowed;

  Deadline(LongSupplier nanoTicker, Duration allowed) {
    this.nanoTicker = nanoTicker;
    this.startedAt = nanoTicker.getAsLong();
    this.allowed = allowed;
  }

  /**
   * @throws MonitorException QUERY_TIMEOUT once the time is over
   */
  void check() {
    if (nanoTicker.getAsLong() - startedAt > allowed.toNanos()) {
      throw new MonitorException(
          QUERY_TIMEOUT,
          Blame.OPERATOR,
          "The query took longer than "
              + allowed.toMillis()
              + " ms; ask for a shorter time, fewer series or a larger step");
    }
  }
}
