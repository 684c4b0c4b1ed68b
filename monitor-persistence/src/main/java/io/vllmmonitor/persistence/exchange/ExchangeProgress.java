package io.vllmmonitor.persistence.exchange;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How far an export, an import or another job has come. The one who works reports here; anyone may
 * look and cancel, from any thread. One object per run.
 */
public final class ExchangeProgress {
  private final AtomicLong rows = new AtomicLong();
  private volatile String step = "";
  private volatile boolean cancelled;

  /** What is being done, for people; empty before the start. */
  public String step() {
    return step;
  }

  /** Samples, records and blobs handled so far, over all steps. */
  public long rows() {
    return rows.get();
  }

  /** The work ends at its next look, with SHUTTING_DOWN. */
  public void cancel() {
    cancelled = true;
  }

  /**
   * The one who works begins another step.
   *
   * @throws MonitorException SHUTTING_DOWN when it was cancelled
   */
  public void step(String what) {
    step = what;
    look();
  }

  /**
   * The one who works has handled some more rows.
   *
   * @throws MonitorException SHUTTING_DOWN when it was cancelled
   */
  public void handled(long more) {
    rows.addAndGet(more);
    look();
  }

  private void look() {
    if (cancelled) {
      throw new MonitorException(
          ErrorCode.SHUTTING_DOWN,
          Blame.MONITOR,
          "Cancelled while " + step + ", since the monitor stops; run the same command again");
    }
  }
}
