package io.vllmmonitor.persistence.series;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.SeriesSelector;
import java.time.Duration;
import java.util.function.LongSupplier;

/** Stops one read of text that takes too long: it is asked line by line. Used by one thread. */
final class ReadDeadline implements Runnable {
  private static final Duration MOST = Duration.ofSeconds(30); // text is slow

  private final SeriesSelector selector;
  private final LongSupplier nanoTicker;
  private final long end;

  /** Begins now. */
  ReadDeadline(SeriesSelector selector, LongSupplier nanoTicker) {
    this.selector = selector;
    this.nanoTicker = nanoTicker;
    this.end = nanoTicker.getAsLong() + MOST.toNanos();
  }

  /**
   * @throws MonitorException QUERY_TIMEOUT when the time is over
   */
  @Override
  public void run() {
    if (nanoTicker.getAsLong() - end > 0) {
      throw new MonitorException(
          ErrorCode.QUERY_TIMEOUT,
          Blame.OPERATOR,
          selector
              + " was read for more than "
              + MOST.toSeconds()
              + " s; ask for a shorter span, or use the back end sqlite or hybrid");
    }
  }
}
